internal import ByteStorage

extension DeviceBus {
  /// The buses whose aliases are names.
  static let named: [DeviceBus] = [
    .init("i2c", [.u8("name", 20), .driverData], prefix: "i2c:", text: "name"),
    .init("spi", [.u8("name", 32), .driverData], prefix: "spi:", text: "name"),
    .init("rpmsg", [.u8("name", 32), .driverData], prefix: "rpmsg:", text: "name"),
    .init(
      "platform", [.u8("name", 24), .driverData], older: [[.u8("name", 20), .driverData]],
      prefix: "platform:", text: "name"),
    .init(
      "auxiliary", [.u8("name", 40), .driverData], older: [[.u8("name", 32), .driverData]],
      prefix: "auxiliary:", text: "name"),
    .init("mhi", [.u8("chan", 32), .driverData], prefix: "mhi:", text: "chan"),
    .init("mhi_ep", [.u8("chan", 32), .driverData], prefix: "mhi_ep:", text: "chan"),
    .init("vchiq", [.u8("name", 32)], prefix: "vchiq:", text: "name"),
    .init("eisa", [.u8("sig", 8), .driverData], prefix: "eisa:s", text: "sig", suffix: "*"),
    .init("fslmc", [.u16("vendor"), .u8("obj_type", 16)]) { device, aliases in
      var text = AliasText("fsl-mc:v")
      text.append(device.number("vendor"), width: 8)
      text.append("d")
      text.append(device.text("obj_type"))
      aliases.append(text)
    },
    .init("vio", [.u8("type", 32), .u8("compat", 32)]) { device, aliases in
      var text = AliasText("vio:T")
      text.append(orAny(device.text("type")))
      text.append("S")
      text.append(orAny(device.text("compat")))
      aliases.append(text.withoutSpaces(), isOpen: true)
    },
    .init("pnp", [.u8("id", 8), .driverData]) { device, aliases in
      appendPlugAndPlay(device.text("id"), &aliases)
    },
    .init("pnp_card", [.u8("id", 8), .driverData, .u8("devs", 64)]) { device, aliases in
      for index in 0..<8 {
        let id = device.text("devs", at: 8 * index)
        if id.isEmpty { break }
        appendPlugAndPlay(id, &aliases)
      }
    },
    .init(
      "tbsvc",
      [
        .u32("match_flags"), .u8("protocol_key", 9), .u32("protocol_id"), .u32("protocol_version"),
        .u32("protocol_revision"), .driverData,
      ]
    ) { device, aliases in
      var text = AliasText("tbsvc:k")
      text.append(device.number("match_flags") & 1 != 0 ? device.text("protocol_key") : [0x2a])
      let parts: [AliasPart] = [
        .number("p", "protocol_id", flag: 2), .number("v", "protocol_version", flag: 4),
        .number("r", "protocol_revision", flag: 8),
      ]
      for part in parts { part.append(device, &text) }
      aliases.append(text, isOpen: true)
    },
  ]

  /// Device tree: a node's name, type and compatible string.
  static let of = DeviceBus(
    "of", [.u8("name", 32), .u8("type", 32), .u8("compatible", 128), .word("data")]
  ) { device, aliases in
    let type = device.text("type")
    let compatible = device.text("compatible")
    var text = AliasText("of:N")
    text.append(orAny(device.text("name")))
    text.append("T")
    text.append(orAny(type))
    if !compatible.isEmpty {
      text.append(type.isEmpty ? "C" : "*C")
      text.append(compatible)
    }
    text = text.withoutSpaces()
    aliases.append(text)
    text.append("C*")
    aliases.append(text)
  }

  /// ACPI: a device's ID, or three bytes of its class.
  static let acpi = DeviceBus(
    "acpi", [.u8("id", 16), .driverData, .u32("cls"), .u32("cls_msk")]
  ) { device, aliases in
    var text = AliasText("acpi*:")
    let id = device.text("id")
    text.append(id)
    if id.isEmpty {
      for shift in [16 as UInt64, 8, 0] {
        if device.number("cls_msk") >> shift & 0xff == 0 {
          text.append("??")
        } else {
          text.append(lowercase: device.number("cls") >> shift & 0xff, width: 2)
        }
      }
    }
    text.append(":*")
    aliases.append(text)
  }

  /// Firmware's description of the machine: up to four matches, in the order of the fields.
  static let dmi = DeviceBus(
    "dmi", [.word("callback"), .word("ident"), .u8("matches", 4 * 80), .driverData]
  ) { device, aliases throws(DeviceTableError) in
    // `enum dmi_field`
    let fields: [(key: String, slot: UInt64)] = [
      ("bvn", 1), ("bvr", 2), ("bd", 3), ("br", 4), ("efr", 5), ("svn", 6), ("pn", 7), ("pvr", 8),
      ("rvn", 13), ("rn", 14), ("rvr", 15), ("cvn", 18), ("ct", 19), ("cvr", 20),
    ]
    var text = AliasText("")
    for (key, slot) in fields {
      for index in 0..<4 where device.number("matches", at: 80 * index) & 0x7f == slot {
        text.append(":\(key)*")
        text.append(
          device.text("matches", at: 80 * index + 1).filter {
            (0x21..<0x7f).contains($0) && $0 != 0x3a
          })
        text.append("*")
        guard text.bytes.count <= AliasText.limit else { throw .tooLong }
      }
    }
    var alias = AliasText("dmi*")
    alias.append(text.bytes)
    alias.append(":")
    aliases.append(alias)
  }

  /// A name, or `*` for none.
  static func orAny(_ text: [UInt8]) -> [UInt8] { text.isEmpty ? [0x2a] : text }

  /// The alias of the PNP bus, and that of ACPI, which has capitals.
  private static func appendPlugAndPlay(_ id: [UInt8], _ aliases: inout AliasList) {
    var text = AliasText("pnp:d")
    text.append(id)
    text.append("*")
    aliases.append(text)
    text = AliasText("acpi*:")
    text.append(AliasText.uppercased(id))
    text.append(":*")
    aliases.append(text)
  }
}
