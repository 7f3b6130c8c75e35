/// Changes of what a module says of itself in `.modinfo`.
extension Damage {
  static var info: [Damage] { magic + licences + marks + namespaces }

  /// A change of the version magic.
  private static func magic(_ name: String, flags: Int = 0, _ change: @escaping (String) -> String?)
    -> Damage
  {
    Damage(name, flags: flags) { module in
      guard let magic = module.info("vermagic") else { return false }
      let changed = change(magic)
      module.setInfo("vermagic", changed.map { [$0] } ?? [])
      return changed != magic
    }
  }

  private static func otherRelease(_ magic: String) -> String { "9.9.9" + magic.drop { $0 != " " } }

  private static var magic: [Damage] {
    [
      magic("magic-release", otherRelease),
      magic("magic-release-ignored", flags: 2, otherRelease),
      magic("magic-release-noversions", flags: 1, otherRelease),
      magic("magic-nosmp") { $0.replacing("SMP ", with: "") },
      magic("magic-preempt") {
        $0.contains("preempt ")
          ? $0.replacing("preempt ", with: "") : $0.replacing("SMP ", with: "SMP preempt ")
      },
      magic("magic-modversions") {
        $0.contains("modversions ") ? $0.replacing("modversions ", with: "") : $0 + "modversions "
      },
      magic("magic-notrailingspace") { String($0.dropLast()) },
      magic("magic-releaseonly") { String($0.prefix { $0 != " " }) },
      magic("magic-empty") { _ in "" },
      magic("magic-missing") { _ in nil },
      Damage("magic-second") { module in
        guard let magic = module.info("vermagic") else { return false }
        module.setInfo("vermagic", [magic, "wrong "])
        return true
      },
      Damage("magic-wrongfirst") { module in
        guard let magic = module.info("vermagic") else { return false }
        module.setInfo("vermagic", ["wrong ", magic])
        return true
      },
    ]
  }

  private static var licences: [Damage] {
    let texts = [
      "gplv2": "GPL v2", "gpladditional": "GPL and additional rights", "dualbsd": "Dual BSD/GPL",
      "dualmit": "Dual MIT/GPL", "dualmpl": "Dual MPL/GPL", "gpl20": "GPL-2.0", "lower": "gpl",
      "gplv3": "GPL v3", "space": "GPL ", "proprietary": "Proprietary", "emptytext": "",
    ]
    return texts.sorted { $0.key < $1.key }.map { info("license-\($0.key)", "license", [$0.value]) }
      + [
        info("license-missing", "license", []),
        info("license-gplfirst", "license", ["GPL", "Proprietary"]),
        info("license-proprietaryfirst", "license", ["Proprietary", "GPL"]),
      ]
  }

  private static var marks: [Damage] {
    [
      info("intree-removed", "intree", []),
      info("intree-n", "intree", ["N"]),
      info("staging", "staging", ["Y"]),
      info("test", "test", ["Y"]),
      info("livepatch", "livepatch", ["Y"]),
      info("retpoline-removed", "retpoline", []),
      info("name-changed", "name", ["oracle_renamed"]),
      info("name-removed", "name", []),
      Damage("name-changed-crcwrong") { module in
        guard let at = module.ordinaryVersion else { return false }
        module.versions[at][0] ^= 1
        module.setInfo("name", ["oracle_renamed"])
        return true
      },
      Damage("name-changed-magicmissing") { module in
        module.setInfo("name", ["oracle_renamed"])
        module.setInfo("vermagic", [])
        return true
      },
      Damage("many-taints") { module in
        module.setInfo("license", ["Proprietary"])
        module.setInfo("intree", [])
        module.setInfo("staging", ["Y"])
        module.setInfo("test", ["Y"])
        module.setInfo("retpoline", [])
        return true
      },
      Damage("offender-driverloader") { module in
        module.setStructName("driverloader")
        return true
      },
      Damage("offender-ndiswrapper") { module in
        module.setStructName("ndiswrapper")
        return true
      },
    ]
  }

  private static func imports(_ name: String, _ change: @escaping ([String]) -> [String]) -> Damage
  {
    Damage(name) { module in
      let values = module.info.filter { $0.hasPrefix("import_ns=") }
        .map { String($0.dropFirst("import_ns=".utf8.count)) }
      guard !values.isEmpty else { return false }
      module.setInfo("import_ns", change(values))
      return true
    }
  }

  private static var namespaces: [Damage] {
    [
      imports("ns-removed") { _ in [] },
      imports("ns-wrong") { _ in ["ORACLE"] },
      imports("ns-prefix") { $0.map { String($0.dropLast()) } },
      imports("ns-longer") { $0.map { $0 + "X" } },
      imports("ns-lower") { $0.map { $0.lowercased() } },
      imports("ns-second") { ["ORACLE"] + $0 },
      imports("ns-spaced") { $0.map { " " + $0 } },
      info("ns-module", "import_ns", ["module:oracle"]),
      imports("ns-modulealso") { $0 + ["module:oracle"] },
    ]
  }
}
