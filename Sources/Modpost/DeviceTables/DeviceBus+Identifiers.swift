internal import ByteStorage

extension DeviceBus {
  /// The buses whose devices have identifiers of sixteen bytes.
  static let identified: [DeviceBus] = [
    .init("vmbus", [.u8("guid", 16), .driverData]) { device, aliases in
      var text = AliasText("vmbus:")
      append(device.raw("guid", 16), groups: [16], &text)
      aliases.append(text)
    },
    .init("mei", [.u8("name", 32), .u8("uuid", 16), .u8("version"), .word("driver_info")]) {
      device, aliases in
      let name = device.text("name")
      var text = AliasText("mei:")
      text.append(orAny(name))
      text.append(":")
      append(swapped(device.raw("uuid", 16)), groups: dashed, &text)
      AliasPart.number(":", "version", any: 0xff).append(device, &text)
      text.append(":*")
      aliases.append(text)
    },
    .init("tee", [.u8("uuid", 16)]) { device, aliases in
      var text = AliasText("tee:")
      append(device.raw("uuid", 16), groups: dashed, &text)
      aliases.append(text, isOpen: true)
    },
    .init("ishtp", [.u8("guid", 16), .driverData]) { device, aliases in
      var digits = AliasText()
      append(swapped(device.raw("guid", 16)), groups: dashed, &digits)
      var text = AliasText("ishtp:{")
      text.append(AliasText.uppercased(digits.bytes))
      text.append("}")
      aliases.append(text)
    },
    .init("wmi", [.u8("guid_string", 37), .word("context")]) { device, aliases in
      // modpost warns of what is no GUID.
      let text = device.text("guid_string")
      guard text.count == 36 else { return }
      for (index, byte) in text.enumerated() {
        let isDash = [8, 13, 18, 23].contains(index)
        guard isDash ? byte == 0x2d : Character(UnicodeScalar(byte)).isHexDigit else { return }
      }
      var alias = AliasText("wmi:")
      alias.append(AliasText.uppercased(text))
      aliases.append(alias)
    },
  ]

  /// How many bytes there are between dashes.
  private static let dashed = [4, 2, 2, 2, 6]

  private static func append(_ bytes: [UInt8], groups: [Int], _ text: inout AliasText) {
    var rest = bytes[...]
    for (index, count) in groups.enumerated() {
      if index > 0 { text.append("-") }
      for byte in rest.prefix(count) { text.append(lowercase: UInt64(byte), width: 2) }
      rest = rest.dropFirst(count)
    }
  }

  /// The first three numbers of a GUID are little-endian.
  private static func swapped(_ guid: [UInt8]) -> [UInt8] {
    guard guid.count == 16 else { return guid }
    return [3, 2, 1, 0, 5, 4, 7, 6].map { guid[$0] } + guid[8...]
  }
}
