internal import ByteStorage

/// A kind of device table, and how its entries become aliases.
///
/// - Note: scripts/mod/file2alias.c, 7.2.
struct DeviceBus: Sendable {
  /// Writes the aliases of one entry.
  typealias Writer =
    @Sendable (borrowing DeviceID, inout AliasList) throws(DeviceTableError) -> Void

  /// As in `MODULE_DEVICE_TABLE(name, …)`.
  let name: String
  /// The forms of an entry, that of the newest kernels first.
  let forms: [[DeviceField]]
  let write: Writer

  init(
    _ name: String, _ fields: [DeviceField], older: [[DeviceField]] = [], write: @escaping Writer
  ) {
    self.name = name
    forms = [fields] + older
    self.write = write
  }

  /// A bus whose aliases are keys and numbers, or `*` for what does not matter.
  init(
    _ name: String, _ fields: [DeviceField], older: [[DeviceField]] = [], prefix: String,
    _ parts: [AliasPart], isOpen: Bool = true
  ) {
    self.init(name, fields, older: older) { device, aliases in
      var text = AliasText(prefix)
      for part in parts { part.append(device, &text) }
      aliases.append(text, isOpen: isOpen)
    }
  }

  /// A bus whose aliases are a name.
  init(
    _ name: String, _ fields: [DeviceField], older: [[DeviceField]] = [], prefix: String,
    text field: String, suffix: String = ""
  ) {
    self.init(name, fields, older: older) { device, aliases in
      var text = AliasText(prefix)
      text.append(device.text(field))
      text.append(suffix)
      aliases.append(text)
    }
  }

  /// All that modpost knows.
  static let all = numbered + named + identified + [.usb, .input, .of, .acpi, .dmi]
}

/// A key and a number in an alias.
struct AliasPart: Sendable {
  private enum Condition { case always, unless(UInt64), flag(UInt64) }

  private let key: String
  private let field: String
  private let condition: Condition

  /// A number that is always there.
  static func always(_ key: String, _ field: String) -> AliasPart {
    AliasPart(key: key, field: field, condition: .always)
  }

  /// A number, one value of which means any.
  static func number(_ key: String, _ field: String, any: UInt64) -> AliasPart {
    AliasPart(key: key, field: field, condition: .unless(any))
  }

  /// A number that counts if a bit of `match_flags` is set.
  static func number(_ key: String, _ field: String, flag: UInt64) -> AliasPart {
    AliasPart(key: key, field: field, condition: .flag(flag))
  }

  func append(_ device: borrowing DeviceID, _ text: inout AliasText) {
    let value = device.number(field)
    let counts =
      switch condition {
      case .always: true
      case .unless(let any): value != any
      case .flag(let bit): device.number("match_flags") & bit != 0
      }
    text.append(key)
    if counts { text.append(value, width: device.digits(field)) } else { text.append("*") }
  }
}

/// Why a device table has no aliases.
package enum DeviceTableError: String, Error {
  case sizeMismatch = "size-mismatch"
  case notTerminated = "not-terminated"
  /// An entry makes an alias that modpost has no room for.
  case tooLong = "too-long"
  /// An entry has bits of an ID set that its mask leaves out.
  case maskedBits = "masked-bits"
  case outsideSection = "outside-section"
  /// Forms of two kernels fit its size, and give other aliases.
  case ambiguousForm = "ambiguous-form"
  case overlapping
}
