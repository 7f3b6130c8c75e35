extension DeviceBus {
  /// Input devices: who made them, and which events they have.
  static let input = DeviceBus(
    "input", inputFields(lastSwitch: 0x11), older: [inputFields(lastSwitch: 0x10)]
  ) { device, aliases throws(DeviceTableError) in
    let flags = device.number("flags")
    var text = AliasText()
    for (index, part) in [("b", "bustype"), ("v", "vendor"), ("p", "product"), ("e", "version")]
      .enumerated()
    {
      text.append(part.0)
      if flags >> UInt64(index) & 1 == 1 {
        text.append(device.number(part.1), width: 4)
      } else {
        text.append("*")
      }
    }
    text.append("-")
    for (index, kind) in inputEvents.enumerated() {
      text.append("\(kind.key)*")
      guard flags >> UInt64(4 + index) & 1 == 1 else { continue }
      for bit in kind.bits where device.bit(kind.field, bit) {
        text.append(UInt64(bit))
        text.append(",*")
      }
    }
    guard text.bytes.count <= AliasText.limit else { throw .tooLong }
    var alias = AliasText("input:")
    alias.append(text.bytes)
    aliases.append(alias)
  }

  /// Kinds of events, in the order of their flags, with the numbers that are looked at.
  private static let inputEvents: [(key: String, field: String, bits: ClosedRange<Int>)] = [
    ("e", "evbit", 0...0x1f), ("k", "keybit", 0x71...0x2ff), ("r", "relbit", 0...0x0f),
    ("a", "absbit", 0...0x3f), ("m", "mscbit", 0...0x07), ("l", "ledbit", 0...0x0f),
    ("s", "sndbit", 0...0x07), ("f", "ffbit", 0...0x7f), ("w", "swbit", 0...0x11),
  ]

  private static func inputFields(lastSwitch: Int) -> [DeviceField] {
    [
      .word("flags"), .u16("bustype"), .u16("vendor"), .u16("product"), .u16("version"),
      .bits("evbit", through: 0x1f), .bits("keybit", through: 0x2ff),
      .bits("relbit", through: 0x0f), .bits("absbit", through: 0x3f),
      .bits("mscbit", through: 0x07), .bits("ledbit", through: 0x0f),
      .bits("sndbit", through: 0x07), .bits("ffbit", through: 0x7f),
      .bits("swbit", through: lastSwitch), .bits("propbit", through: 0x1f), .word("driver_info"),
    ]
  }
}
