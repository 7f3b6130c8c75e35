extension DeviceBus {
  /// The buses whose aliases are keys and numbers.
  static let numbered: [DeviceBus] = [
    .init(
      "hid", [.u16("bus"), .u16("group"), .u32("vendor"), .u32("product"), .driverData],
      prefix: "hid:",
      [
        .number("b", "bus", any: 0xffff), .number("g", "group", any: 0),
        .number("v", "vendor", any: 0xffff_ffff), .number("p", "product", any: 0xffff_ffff),
      ], isOpen: false),
    .init(
      "ieee1394",
      [
        .u32("match_flags"), .u32("vendor_id"), .u32("model_id"), .u32("specifier_id"),
        .u32("version"), .driverData,
      ], prefix: "ieee1394:",
      [
        .number("ven", "vendor_id", flag: 1), .number("mo", "model_id", flag: 2),
        .number("sp", "specifier_id", flag: 4), .number("ver", "version", flag: 8),
      ]),
    .init(
      "ccw",
      [
        .u16("match_flags"), .u16("cu_type"), .u16("dev_type"), .u8("cu_model"), .u8("dev_model"),
        .driverData,
      ], prefix: "ccw:",
      [
        .number("t", "cu_type", flag: 1), .number("m", "cu_model", flag: 2),
        .number("dt", "dev_type", flag: 4), .number("dm", "dev_model", flag: 8),
      ]),
    .init(
      "ap", [.u16("match_flags"), .u8("dev_type"), .driverData], prefix: "ap:",
      [.always("t", "dev_type")]),
    .init("css", [.u8("match_flags"), .u8("type"), .driverData]) { device, aliases in
      var text = AliasText("css:t")
      text.append(device.number("type"))
      aliases.append(text)
    },
    .init(
      "serio", [.u8("type"), .u8("extra"), .u8("id"), .u8("proto")], prefix: "serio:",
      [
        .number("ty", "type", any: 0xff), .number("pr", "proto", any: 0xff),
        .number("id", "id", any: 0xff), .number("ex", "extra", any: 0xff),
      ]),
    .init(
      "parisc", [.u8("hw_type"), .u8("hversion_rev"), .u16("hversion"), .u32("sversion")],
      prefix: "parisc:",
      [
        .number("t", "hw_type", any: 0xff), .number("hv", "hversion", any: 0xffff),
        .number("rev", "hversion_rev", any: 0xff), .number("sv", "sversion", any: 0xffff_ffff),
      ]),
    .init(
      "sdio", [.u8("class"), .u16("vendor"), .u16("device"), .driverData], prefix: "sdio:",
      [
        .number("c", "class", any: 0xff), .number("v", "vendor", any: 0xffff),
        .number("d", "device", any: 0xffff),
      ]),
    .init(
      "ssb", [.u16("vendor"), .u16("coreid"), .u8("revision"), .u8("__pad")], prefix: "ssb:",
      [
        .number("v", "vendor", any: 0xffff), .number("id", "coreid", any: 0xffff),
        .number("rev", "revision", any: 0xff),
      ]),
    .init(
      "bcma", [.u16("manuf"), .u16("id"), .u8("rev"), .u8("class")], prefix: "bcma:",
      [
        .number("m", "manuf", any: 0xffff), .number("id", "id", any: 0xffff),
        .number("rev", "rev", any: 0xff), .number("cl", "class", any: 0xff),
      ]),
    .init(
      "virtio", [.u32("device"), .u32("vendor")], prefix: "virtio:",
      [
        .number("d", "device", any: 0xffff_ffff), .number("v", "vendor", any: 0xffff_ffff),
      ]),
    .init(
      "i3c",
      [
        .u8("match_flags"), .u8("dcr"), .u16("manuf_id"), .u16("part_id"), .u16("extra_info"),
        .word("data"),
      ], prefix: "i3c:",
      [
        .number("dcr", "dcr", flag: 1), .number("manuf", "manuf_id", flag: 2),
        .number("part", "part_id", flag: 4), .number("ext", "extra_info", flag: 8),
      ], isOpen: false),
    .init(
      "zorro", [.u32("id"), .driverData], prefix: "zorro:",
      [.number("i", "id", any: 0xffff_ffff)], isOpen: false),
    .init(
      "ipack", [.u8("format"), .u32("vendor"), .u32("device")], prefix: "ipack:",
      [
        .number("f", "format", any: 0xff), .number("v", "vendor", any: 0xffff_ffff),
        .number("d", "device", any: 0xffff_ffff),
      ]),
    .init(
      "mipscdmm", [.u8("type")], prefix: "mipscdmm:", [.always("t", "type")]),
    .init(
      "rapidio", [.u16("did"), .u16("vid"), .u16("asm_did"), .u16("asm_vid")],
      prefix: "rapidio:",
      [
        .number("v", "vid", any: 0xffff), .number("d", "did", any: 0xffff),
        .number("av", "asm_vid", any: 0xffff), .number("ad", "asm_did", any: 0xffff),
      ]),
    .init(
      "hdaudio",
      [.u32("vendor_id"), .u32("rev_id"), .u8("api_version"), .word("name"), .driverData],
      prefix: "hdaudio:",
      [
        .number("v", "vendor_id", any: 0), .number("r", "rev_id", any: 0),
        .number("a", "api_version", any: 0),
      ]),
    .init(
      "sdw", [.u16("mfg_id"), .u16("part_id"), .u8("sdw_version"), .u8("class_id"), .driverData],
      prefix: "sdw:",
      [
        .number("m", "mfg_id", any: 0), .number("p", "part_id", any: 0),
        .number("v", "sdw_version", any: 0), .number("c", "class_id", any: 0),
      ]),
    .init(
      "typec", [.u16("svid"), .u8("mode"), .driverData], prefix: "typec:",
      [.always("id", "svid")], isOpen: false),
    .init(
      "ssam",
      [
        .u8("match_flags"), .u8("domain"), .u8("category"), .u8("target"), .u8("instance"),
        .u8("function"), .driverData,
      ], prefix: "ssam:",
      [
        .always("d", "domain"), .always("c", "category"), .number("t", "target", flag: 1),
        .number("i", "instance", flag: 2), .number("f", "function", flag: 4),
      ], isOpen: false),
    .init(
      "dfl", [.u16("type"), .u16("feature_id"), .driverData], prefix: "dfl:",
      [.always("t", "type"), .always("f", "feature_id")]),
    .init(
      "coreboot", [.u32("tag"), .driverData], prefix: "coreboot:", [.always("t", "tag")],
      isOpen: false),
    .init("cpu", [.u16("feature")], prefix: "cpu:type:*:feature:*", [.always("", "feature")]),
    .init(
      "slim",
      [.u16("manf_id"), .u16("prod_code"), .u16("dev_index"), .u16("instance"), .driverData]
    ) {
      device, aliases in
      var text = AliasText("slim:")
      text.append(lowercase: device.number("manf_id"))
      text.append(":")
      text.append(lowercase: device.number("prod_code"))
      text.append(":*")
      aliases.append(text)
    },
    .init("ulpi", [.u16("vendor"), .u16("product"), .driverData]) { device, aliases in
      var text = AliasText("ulpi:v")
      text.append(lowercase: device.number("vendor"), width: 4)
      text.append("p")
      text.append(lowercase: device.number("product"), width: 4)
      aliases.append(text)
    },
    .init("mcb", [.u16("device"), .driverData]) { device, aliases in
      let digits = String(device.number("device"))
      let zeros = String(repeating: "0", count: max(0, 3 - digits.count))
      aliases.append(AliasText("mcb:16z\(zeros)\(digits)"))
    },
    .x86cpu, .pcmcia, .pci, .cdx, .amba, .mdio, .isapnp,
  ]

  private static let x86cpu = DeviceBus(
    "x86cpu",
    [
      .u16("vendor"), .u16("family"), .u16("model"), .u16("steppings"), .u16("feature"),
      .u16("flags"), .u8("platform_mask"), .u8("type"), .driverData,
    ],
    older: [
      [
        .u16("vendor"), .u16("family"), .u16("model"), .u16("steppings"), .u16("feature"),
        .u16("flags"), .driverData,
      ]
    ]
  ) { device, aliases in
    var text = AliasText("cpu:type:x86,")
    for (key, field, any) in [
      ("ven", "vendor", 0xffff as UInt64), ("fam", "family", 0), ("mod", "model", 0),
    ] {
      AliasPart.number(key, field, any: any).append(device, &text)
    }
    text.append(":feature:*")
    let feature = device.number("feature")
    if feature != 0 {
      text.append(feature, width: 4)
      text.append("*")
    }
    aliases.append(text)
  }

  private static let pcmcia = DeviceBus(
    "pcmcia",
    [
      .u16("match_flags"), .u16("manf_id"), .u16("card_id"), .u8("func_id"), .u8("function"),
      .u8("device_no"), .u32("prod_id_hash", 4), .word("prod_id", 4), .word("driver_info"),
      .word("cisfile"),
    ]
  ) { device, aliases in
    var text = AliasText("pcmcia:")
    let parts: [AliasPart] = [
      .number("m", "manf_id", flag: 1), .number("c", "card_id", flag: 2),
      .number("f", "func_id", flag: 4), .number("fn", "function", flag: 8),
      .number("pfn", "device_no", flag: 0x100),
    ]
    for part in parts { part.append(device, &text) }
    for (index, key) in ["pa", "pb", "pc", "pd"].enumerated() {
      text.append(key)
      if device.number("match_flags") >> UInt64(4 + index) & 1 == 1 {
        text.append(device.number("prod_id_hash", at: index), width: 8)
      } else {
        text.append("*")
      }
    }
    aliases.append(text, isOpen: true)
  }

  private static let pci = DeviceBus(
    "pci",
    [
      .u32("vendor"), .u32("device"), .u32("subvendor"), .u32("subdevice"), .u32("class"),
      .u32("class_mask"), .driverData, .u32("override_only"),
    ]
  ) { device, aliases in
    // modpost warns of other overrides, and of masks with less than whole bytes.
    guard device.number("override_only") <= 1 else { return }
    var text = AliasText(device.number("override_only") == 0 ? "pci:" : "vfio_pci:")
    for (key, field) in [
      ("v", "vendor"), ("d", "device"), ("sv", "subvendor"), ("sd", "subdevice"),
    ] {
      AliasPart.number(key, field, any: 0xffff_ffff).append(device, &text)
    }
    for (key, shift) in [("bc", 16 as UInt64), ("sc", 8), ("i", 0)] {
      let mask = device.number("class_mask") >> shift & 0xff
      guard mask == 0 || mask == 0xff else { return }
      text.append(key)
      if mask == 0 {
        text.append("*")
      } else {
        text.append(device.number("class") >> shift & 0xff, width: 2)
      }
    }
    aliases.append(text, isOpen: true)
  }

  private static let cdx = DeviceBus(
    "cdx",
    [
      .u16("vendor"), .u16("device"), .u16("subvendor"), .u16("subdevice"), .u32("class"),
      .u32("class_mask"), .u32("override_only"),
    ]
  ) { device, aliases in
    guard device.number("override_only") <= 1 else { return }
    var text = AliasText(device.number("override_only") == 0 ? "cdx:" : "vfio_cdx:")
    for (key, field) in [
      ("v", "vendor"), ("d", "device"), ("sv", "subvendor"), ("sd", "subdevice"),
    ] {
      AliasPart.number(key, field, any: 0xffff).append(device, &text)
    }
    text.append("c")
    if device.number("class_mask") == 0xff_ffff {
      text.append(device.number("class"), width: 8)
    } else {
      text.append("*")
    }
    aliases.append(text)
  }

  private static let amba = DeviceBus(
    "amba", [.u32("id"), .u32("mask"), .word("data")]
  ) { device, aliases throws(DeviceTableError) in
    let (id, mask) = (device.number("id"), device.number("mask"))
    guard id & mask == id else { throw .maskedBits }
    var text = AliasText("amba:d")
    for shift in stride(from: 28 as UInt64, through: 0, by: -4) {
      let (digit, bits) = (id >> shift & 0xf, mask >> shift & 0xf)
      switch bits {
      case 0: text.append("?")
      case 0xf: text.append(digit)
      default:
        text.append("[")
        for candidate in 0..<(16 as UInt64) where candidate & bits == digit {
          text.append(candidate)
        }
        text.append("]")
      }
    }
    aliases.append(text)
  }

  private static let mdio = DeviceBus(
    "mdio", [.u32("phy_id"), .u32("phy_id_mask")]
  ) { device, aliases in
    var text = AliasText("mdio:")
    for bit in stride(from: 31 as UInt64, through: 0, by: -1) {
      let isKnown = device.number("phy_id_mask") >> bit & 1 == 1
      text.append(isKnown ? String(device.number("phy_id") >> bit & 1) : "?")
    }
    aliases.append(text)
  }

  private static let isapnp = DeviceBus(
    "isapnp",
    [.u16("card_vendor"), .u16("card_device"), .u16("vendor"), .u16("function"), .driverData]
  ) { device, aliases in
    let (vendor, function) = (device.number("vendor"), device.number("function"))
    var text = AliasText("pnp:d")
    // Three letters of five bits each.
    for letter in [vendor >> 2 & 0x3f, (vendor & 3) << 3 | vendor >> 13 & 7, vendor >> 8 & 0x1f] {
      text.append([UInt8(truncatingIfNeeded: 0x40 + letter)])
    }
    for shift in [4 as UInt64, 0, 12, 8] { text.append(lowercase: function >> shift & 0xf) }
    text.append("*")
    aliases.append(text)
  }
}
