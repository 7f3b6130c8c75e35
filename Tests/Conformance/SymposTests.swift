import ByteStorage
import ELFFormat
import KernelReleases
import Kernels
import Livepatching
import SymbolTables
import TestSupport
import Testing

/// Positions of equal names, as the livepatch core counts them.
@Suite("Positions of equal names", .serialized)
struct SymposTests {
  /// A line of /proc/kallsyms.
  private struct Line {
    let address: UInt64
    let name: String
    let module: String
  }

  private static func lines(_ path: String) throws -> [Line] {
    var buffer = FileBuffer()
    try buffer.open(path)
    return try buffer.source.all().text.split(separator: "\n").compactMap { line in
      let parts = line.split { $0 == " " || $0 == "\t" }
      guard parts.count >= 3, let address = UInt64(parts[0], radix: 16) else { return nil }
      let module = parts.count > 3 ? String(parts[3].dropFirst().dropLast()) : ""
      return Line(address: address, name: String(parts[2]), module: module)
    }
  }

  private static func resolver(_ source: KernelSymbolSource) -> LivepatchResolver {
    let rules = LivepatchRules(KernelRelease(7, 3))
    let kernel = LivepatchKernel(
      source, rules: rules, configuration: .init(hasClangLTO: true), isX86_64: true)
    return LivepatchResolver(kernel: kernel, objects: [], rules: rules)
  }

  @Test(
    "every equal name of a corpus kernel has its rank in the booted kernel's list",
    .needsCorpus(with: "guest/kallsyms.before"))
  func bootedKernels() throws {
    for folder in RealCorpus.folders(with: "guest/kallsyms.before") {
      let source = try OpenKernel("\(folder)/bzImage").symbols()
      let booted = try Self.lines("\(folder)/guest/kallsyms.before").filter { $0.module.isEmpty }
      let text = try #require(booted.first { $0.name == "_text" }?.address)
      let linked = try #require(source.table.address(ofKernelSymbol: "_text"))
      try compare(
        booted.map { Line(address: $0.address &- text &+ linked, name: $0.name, module: "") },
        Self.resolver(source))
    }
  }

  @Test(
    "every equal name of Debian's kernels has its rank by address", .needsKernels(),
    arguments: RealKernel.all)
  func packagedKernels(_ kernel: RealKernel) throws {
    let source = try OpenKernel(try #require(kernel.image)).symbols()
    let table = source.table
    let lines = (0..<table.count).map {
      Line(address: table.addresses[$0], name: table.name(at: $0).text, module: "")
    }
    try compare(lines.sorted { $0.address < $1.address }, Self.resolver(source))
  }

  private func compare(_ lines: [Line], _ resolver: LivepatchResolver) throws {
    var groups: [String: [UInt64]] = [:]
    for line in lines { groups[line.name, default: []].append(line.address) }
    var (compared, wrong) = (0, 0)
    for (name, addresses) in groups where addresses.count > 1 && addresses[0] != 0 {
      for (rank, address) in addresses.enumerated() {
        compared += 1
        if resolver.find(nil, name, UInt64(rank + 1)).finding.address != address { wrong += 1 }
      }
      let ambiguous = resolver.find(nil, name, 0).finding
      let beyond = resolver.find(nil, name, UInt64(addresses.count + 1)).finding
      if ambiguous.status != .ambiguous || beyond.status != .noPosition { wrong += 1 }
    }
    #expect(compared > 100)
    #expect(wrong == 0)
  }

  @Test(
    "equal names of a loaded module are in the order of its symbol table",
    .needsCorpus(with: "guest/kallsyms.modules"))
  func loadedModules() throws {
    var compared = 0
    for folder in RealCorpus.folders(with: "guest/kallsyms.modules") {
      let listed = try Self.lines("\(folder)/guest/kallsyms.modules").filter { !$0.module.isEmpty }
      let modules = Dictionary(grouping: listed) { $0.module }
      for file in DirectoryTree.names(in: "\(folder)/modules") where file.hasSuffix(".ko") {
        let name = String(file.dropLast(3).map { $0 == "-" ? "_" : $0 })
        guard let lines = modules[name] else { continue }
        var buffer = FileBuffer()
        try buffer.open("\(folder)/modules/\(file)")
        let object = try ObjectSymbols(
          ELFFile(buffer.source), moduleName: name, path: file)
        for (symbol, equals) in Dictionary(grouping: lines, by: \.name)
        where !symbol.hasPrefix(".klp.") {
          let found = object.symbols(named: symbol)
          #expect(found.count == equals.count, "\(file): \(symbol)")
          for (left, right) in zip(zip(found, equals), zip(found, equals).dropFirst())
          where left.0.section == right.0.section {
            compared += 1
            #expect(
              right.1.address &- left.1.address == right.0.offset &- left.0.offset,
              "\(file): \(symbol)")
          }
        }
      }
    }
    report("\(compared) pairs of equal names of modules compared")
  }
}
