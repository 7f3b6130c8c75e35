/// Damage to the basic version table, `__versions`.
extension Damage {
  static var versions: [Damage] { records + table }

  /// A change of the record at `index(module)`.
  private static func record(
    _ name: String, _ index: @escaping (Module) -> Int?,
    _ change: @escaping (inout [[UInt8]], Int) -> Void
  ) -> Damage {
    Damage(name) { module in
      guard let at = index(module) else { return false }
      var records = module.versions
      change(&records, at)
      module.versions = records
      return true
    }
  }

  /// The same, for a change that depends on the size of an address.
  private static func wordRecord(
    _ name: String, _ index: @escaping (Module) -> Int?,
    _ change: @escaping (inout [[UInt8]], Int, Int) -> Void
  ) -> Damage {
    Damage(name) { module in
      guard let at = index(module) else { return false }
      var records = module.versions
      change(&records, at, module.word)
      module.versions = records
      return true
    }
  }

  private static var records: [Damage] {
    [
      record("vers-crcwrong", \.ordinaryVersion) { $0[$1][0] ^= 1 },
      wordRecord("vers-crchigh", \.ordinaryVersion) { $0[$1][$2 / 2] ^= 1 },
      wordRecord("vers-crczero", \.ordinaryVersion) {
        $0[$1].replaceSubrange(0..<$2, with: Array(repeating: 0, count: $2))
      },
      record("vers-missing", \.ordinaryVersion) { $0.remove(at: $1) },
      record("vers-layoutwrong", \.layoutVersion) { $0[$1][0] ^= 1 },
      wordRecord("vers-layouthigh", \.layoutVersion) { $0[$1][$2 - 1] ^= 0x80 },
      record("vers-layoutmissing", \.layoutVersion) { $0.remove(at: $1) },
      record("vers-reversed", \.layoutVersion) { records, _ in records.reverse() },
      record("vers-dupwronglast", \.ordinaryVersion) { records, at in
        records.append(records[at])
        records[records.count - 1][0] ^= 1
      },
      record("vers-dupwrongfirst", \.ordinaryVersion) { records, at in
        var wrong = records[at]
        wrong[0] ^= 1
        records.insert(wrong, at: 0)
      },
      wordRecord("vers-unterminated", \.ordinaryVersion) { records, at, word in
        records[at].replaceSubrange(word..<64, with: [UInt8](repeating: 0x61, count: 64 - word))
      },
      wordRecord("vers-emptyname", \.ordinaryVersion) { $0[$1][$2] = 0 },
      wordRecord("vers-surplus", \.layoutVersion) { records, _, word in
        var surplus = [UInt8](repeating: 0, count: 64)
        surplus.replaceSubrange(word..<word + 6, with: Array("zzznon".utf8))
        records.append(surplus)
      },
    ]
  }

  private static var table: [Damage] {
    let section = "__versions"
    return [
      of(section, "vers-empty") { $0[$1, .size] = 0 },
      of(section, "vers-oddsize") { $0[$1, .size] -= 10 },
      of(section, "vers-oddmore") { $0.replace($1, with: $0.contents($1) + [1, 2, 3]) },
      of(section, "vers-nonalloc") { $0[$1, .flags] &= ~Module.allocFlag },
      of(section, "vers-nobits") { $0[$1, .type] = 8 },
      of(section, "vers-removed") { $0.rename($1, to: "__xversions") },
      Damage("vers-two") { module in
        guard let versions = module.section(section) else { return false }
        var wrong = module.contents(versions)
        wrong[0] ^= 1
        module.addSection(section, flags: 2, contents: wrong)
        return true
      },
      Damage("vers-removed-magicrelease") { module in
        guard let versions = module.section(section), let magic = module.info("vermagic") else {
          return false
        }
        module.rename(versions, to: "__xversions")
        module.setInfo("vermagic", ["9.9.9" + magic.drop { $0 != " " }])
        return true
      },
      Damage("vers-empty-magicrelease") { module in
        guard let versions = module.section(section), let magic = module.info("vermagic") else {
          return false
        }
        module[versions, .size] = 0
        module.setInfo("vermagic", ["9.9.9" + magic.drop { $0 != " " }])
        return true
      },
      Damage("ext-onlycrcs") {
        $0.addSection("__version_ext_crcs", flags: 2, contents: [1, 2, 3, 4]); return true
      },
      Damage("ext-onlynames") {
        $0.addSection("__version_ext_names", flags: 2, contents: [0x61, 0]); return true
      },
      Damage("ext-onlycrcs-nonalloc") {
        $0.addSection("__version_ext_crcs", contents: [1, 2, 3, 4]); return true
      },
      Damage("ext-morecrcs") { module in
        module.addSection("__version_ext_crcs", flags: 2, contents: [1, 2, 3, 4, 5, 6, 7, 8])
        module.addSection("__version_ext_names", flags: 2, contents: [0x61, 0])
        return true
      },
    ]
  }
}
