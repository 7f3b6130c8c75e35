extension DeviceBus {
  /// USB: a range of versions becomes patterns, one for each place where its ends differ.
  static let usb = DeviceBus(
    "usb",
    [
      .u16("match_flags"), .u16("idVendor"), .u16("idProduct"), .u16("bcdDevice_lo"),
      .u16("bcdDevice_hi"), .u8("bDeviceClass"), .u8("bDeviceSubClass"), .u8("bDeviceProtocol"),
      .u8("bInterfaceClass"), .u8("bInterfaceSubClass"), .u8("bInterfaceProtocol"),
      .u8("bInterfaceNumber"), .word("driver_info"),
    ]
  ) { device, aliases in
    // Some drivers have empty entries for IDs that are known later.
    let isEmpty = ["idVendor", "idProduct", "bDeviceClass", "bInterfaceClass"].allSatisfy {
      device.number($0) == 0
    }
    guard !isEmpty else { return }
    let flags = device.number("match_flags")
    let range = VersionRange(
      low: flags & 4 != 0 ? UInt32(device.number("bcdDevice_lo")) : 0,
      high: flags & 8 != 0 ? UInt32(device.number("bcdDevice_hi")) : .max)
    for pattern in range.patterns() {
      var text = AliasText("usb:")
      AliasPart.number("v", "idVendor", flag: 1).append(device, &text)
      AliasPart.number("p", "idProduct", flag: 2).append(device, &text)
      text.append("d")
      text.append(pattern)
      for part in usbParts { part.append(device, &text) }
      aliases.append(text, isOpen: true)
    }
  }

  private static let usbParts: [AliasPart] = [
    .number("dc", "bDeviceClass", flag: 0x10), .number("dsc", "bDeviceSubClass", flag: 0x20),
    .number("dp", "bDeviceProtocol", flag: 0x40), .number("ic", "bInterfaceClass", flag: 0x80),
    .number("isc", "bInterfaceSubClass", flag: 0x100),
    .number("ip", "bInterfaceProtocol", flag: 0x200),
    .number("in", "bInterfaceNumber", flag: 0x400),
  ]
}

/// A range of device versions, binary-coded decimal where all digits allow it.
private struct VersionRange {
  /// Digits of a version.
  private static let digits = 4

  private var low: UInt32
  private var high: UInt32
  /// The largest digit: 9, or 15 if an end has one above 9.
  private let largest: UInt32

  init(low: UInt32, high: UInt32) {
    self.low = low
    self.high = high
    let isDecimal = (0..<VersionRange.digits).allSatisfy { place in
      low >> UInt32(4 * place) & 0xf <= 9 && min(high, 0x9999) >> UInt32(4 * place) & 0xf <= 9
    }
    largest = isDecimal ? 9 : 15
  }

  /// Patterns that match every version of the range, and no other.
  consuming func patterns() -> [String] {
    var found: [String] = []
    var before = VersionRange.digits - 1
    while low <= high {
      let first = low & 0xf
      let last = min(high & 0xf, largest)
      low >>= 4
      high >>= 4
      if low == high || before == 0 {
        found.append(pattern(low, before, first, last))
        break
      }
      if first > 0 {
        found.append(pattern(low, before, first, largest))
        low = next(low, by: 1)
      }
      if last < largest {
        found.append(pattern(high, before, 0, last))
        high = next(high, by: -1)
      }
      before -= 1
    }
    return found
  }

  /// The digits that are the same, a range for the next one, and `*` for the rest.
  private func pattern(_ same: UInt32, _ count: Int, _ first: UInt32, _ last: UInt32) -> String {
    func hexadecimal(_ value: UInt32) -> String { String(value, radix: 16, uppercase: true) }
    var text = ""
    if count > 0 {
      let digits = hexadecimal(same)
      text = String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
    if first == last {
      text += hexadecimal(first)
    } else if first > 0 || last < largest {
      if first > 9 || last < 10 {
        text += "[\(hexadecimal(first))-\(hexadecimal(last))]"
      } else {
        // Between 9 and A are other characters.
        text += first < 9 ? "[\(first)-9" : "[\(first)"
        text += last > 10 ? "A-\(hexadecimal(last))]" : "\(hexadecimal(last))]"
      }
    }
    return count < VersionRange.digits - 1 ? text + "*" : text
  }

  /// The version after or before another.
  private func next(_ value: UInt32, by step: Int64) -> UInt32 {
    guard largest == 9 else { return value &+ UInt32(truncatingIfNeeded: step) }
    var (number, scale) = (Int64(0), Int64(1))
    for place in 0..<VersionRange.digits {
      number += scale * Int64(min(value >> UInt32(4 * place) & 0xf, 9))
      scale *= 10
    }
    // Below zero it wraps, as an unsigned number does.
    var rest = UInt64(bitPattern: number &+ step)
    var coded: UInt32 = 0
    for place in 0..<VersionRange.digits {
      coded |= UInt32(truncatingIfNeeded: rest % 10) << UInt32(4 * place)
      rest /= 10
    }
    return coded
  }
}
