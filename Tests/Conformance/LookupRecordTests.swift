import ByteStorage
import Foundation
import TestSupport
import Testing

/// What booted kernels found by name, as they recorded it, against `ksym lookup --era own`.
@Suite("Names as booted kernels found them")
struct LookupRecordTests {
  /// What a kernel said of a name.
  private enum Verdict: String { case found, notFound, notUnique }

  /// The probes that were tried, by symbol: `p:kp_x NAME`, `r NAME+4 …`.
  private static func probes(_ path: String) throws -> [String: Verdict] {
    let text = String(decoding: try contents(of: path), as: UTF8.self)
    var probes: [String: Verdict] = [:]
    var symbol: String?
    for line in text.split(separator: "\n") {
      if line.hasPrefix("FILE ") {
        let words = line.split(separator: " ")
        symbol = nil
        guard words.count >= 5, words[1] == "kprobe_events",
          words[3].first.map({ "pr".contains($0) }) == true
        else { continue }
        let name = words[4].prefix { $0 != "+" && $0 != "%" }
        // Addresses, and modules that are not there, which wait for their module.
        if name.first?.isNumber ?? true || name.contains(":") { continue }
        symbol = String(name)
        // An offset or argument may be refused for itself.
        if words.count > 5 || name.count < words[4].count { symbol = nil }
      } else if let symbol {
        if line == "  ACCEPTED" || line.hasSuffix("error: Failed to register probe event") {
          probes[symbol] = .found
        } else if line.hasSuffix("error: Invalid probed address or symbol") {
          probes[symbol] = .notFound
        } else if line.hasSuffix("error: The symbol is not unique") {
          probes[symbol] = .notUnique
        }
      }
    }
    return probes
  }

  private struct Found: Decodable {
    let key, linkage, owner: String
    let sympos, equals: Int
  }

  private func lookup(_ kernel: [String], _ keys: [String]) async throws -> [String: [Found]] {
    let run = try await Ksym.run(["lookup", "--era", "own", "--json"] + kernel + keys)
    #expect(run.status == 0 || run.status == 1, "\(run.errors)")
    let rows = try run.lines.map { try JSONDecoder().decode(Found.self, from: Data($0.utf8)) }
    return Dictionary(grouping: rows, by: \.key)
  }

  @Test(
    "kprobes: found, not found or not unique, with and without ThinLTO's suffixes",
    .needsCorpus(with: "kprobes.txt"), arguments: RealCorpus.folders(with: "kprobes.txt"))
  func kprobes(_ folder: String) async throws {
    let probes = try Self.probes("\(folder)/kprobes.txt")
    #expect(probes.count > 20)
    let modules = "\(folder)/modules/corpus_exp.ko"
    let found = try await lookup(
      ["-k", "\(folder)/vmlinux", "--modules", modules], probes.keys.sorted())
    for (symbol, verdict) in probes {
      let rows = found[symbol] ?? []
      let own = rows.filter { $0.owner == "vmlinux" }
      let count = own.isEmpty ? rows.count : own.count
      let answer: Verdict = count == 0 ? .notFound : count == 1 ? .found : .notUnique
      #expect(answer == verdict, "\(symbol)")
      #expect(rows.allSatisfy { $0.linkage == symbol })
    }
    if folder.hasSuffix("thinlto") {
      #expect(probes.contains { $0.key.contains(".llvm.") && $0.value == .found })
      #expect(probes["show_cpuinfo"] == .notFound)
    }
  }

  @Test(
    "livepatch: which positions of equal names exist, in the kernel and in a module",
    .needsCorpus(with: "verdicts-klp.tsv"), arguments: RealCorpus.folders(with: "verdicts-klp.tsv"))
  func livepatch(_ folder: String) async throws {
    let text = String(decoding: try contents(of: "\(folder)/verdicts-klp.tsv"), as: UTF8.self)
    var expected: [String: Bool] = [:]
    let variant = /klp-sympos-(\w+)-(\d+)\t/
    let position = /symbol position (\d+) for symbol '(\w+)' in object '(\w+)' not found/
    let ambiguity = /unresolvable ambiguity for symbol '(\w+)' in object '\(null\)'/
    for line in text.split(separator: "\n") {
      if let match = line.firstMatch(of: position) {
        expected["\(match.2)@\(match.3),\(match.1)"] = false
      } else if let match = line.firstMatch(of: ambiguity) {
        expected["\(match.1)@vmlinux,0"] = false
      } else if let match = line.firstMatch(of: variant) {
        // Refused for another reason, after every symbol was found.
        let owner = match.1 == "dummy_list" ? "livepatch_shadow_mod" : "vmlinux"
        expected["\(match.1)@\(owner),\(match.2)"] = true
      }
    }
    #expect(expected.count > 10)
    let module = "\(folder)/modules/livepatch-shadow-mod.ko"
    let found = try await lookup(
      ["-k", "\(folder)/vmlinux", "--modules", module], expected.keys.sorted())
    for (key, isFound) in expected {
      #expect(found[key]?.isEmpty ?? true != isFound, "\(key)")
    }
  }

  @Test(
    "the tables of nm and of a booted kernel say the same as its image",
    .needsCorpus(with: "guest/kallsyms.modules"), .needs("nm"),
    arguments: RealCorpus.folders(with: "guest/kallsyms.modules"))
  func sources(_ folder: String) async throws {
    let image = try await Ksym.run(["symbols", "--format", "kallsyms", "\(folder)/vmlinux"])
    let scratch = try ScratchDirectory()
    let listed = try await Ksym.run(["\(folder)/vmlinux"], program: "nm")
    let list = try scratch.write(listed.bytes, to: "list")
    let kernel = try await Ksym.run(["symbols", "--format", "kallsyms", list])
    #expect(kernel.bytes == image.bytes)
    // The booted kernel lies elsewhere; names, letters and order are the same.
    let guest = try await Ksym.run(
      [
        "symbols", "--format", "kallsyms", "--module", "vmlinux",
        "\(folder)/guest/kallsyms.modules",
      ])
    let strip = { (lines: [String]) in lines.map { $0.drop { $0 != " " } } }
    #expect(strip(guest.lines) == strip(image.lines))
  }

  @Test(
    "modules' symbol tables say what the kernel lists of them once they are loaded",
    .needsCorpus(with: "guest/kallsyms.modules"),
    arguments: RealCorpus.folders(with: "guest/kallsyms.modules"))
  func modules(_ folder: String) async throws {
    let guest = try await Ksym.run(
      ["symbols", "--json", "--no-demangle", "\(folder)/guest/kallsyms.modules"])
    struct Symbol: Decodable { let name, type, owner: String }
    func listed(_ run: Ksym.Run) throws -> [String: [String]] {
      var found: [String: [String]] = [:]
      for line in run.lines {
        let symbol = try JSONDecoder().decode(Symbol.self, from: Data(line.utf8))
        found[symbol.owner, default: []].append("\(symbol.type) \(symbol.name)")
      }
      return found
    }
    let loaded = try listed(guest)
    var count = 0
    let files = try await Ksym.run(["symbols", "--format", "kallsyms", "\(folder)/modules"])
    #expect(files.status == 0, "\(files.errors)")
    var read: [String: [String]] = [:]
    for line in files.lines {
      let words = line.split { $0 == " " || $0 == "\t" }
      guard words.count == 4 else { continue }
      read[String(words[3].dropFirst().dropLast()), default: []].append("\(words[1]) \(words[2])")
    }
    for (owner, symbols) in loaded where read[owner] != nil {
      #expect(read[owner] == symbols, "\(owner)")
      count += 1
    }
    #expect(count > 10)
  }
}
