import ByteStorage
import Glibc
import NameTables
import SymbolNames
import TestSupport
import Testing

@Suite("Name table")
struct NameTableTests {
  private let scratch: ScratchDirectory
  private static let kernel = NameTable.Owner(
    "vmlinux", buildID: [1, 2], release: "7.2.13", kernelBuildID: [1, 2])
  private static let module = NameTable.Owner(
    "drm", buildID: [3], release: "7.2.13", kernelBuildID: [1, 2])
  private static let printk = "_RNvNtCs1cdwasc6FUb_6kernel5print11call_printk"
  private static let info = "_RNvNtNtCs1cdwasc6FUb_6kernel5print14format_strings4INFO"

  init() throws { scratch = try ScratchDirectory() }

  /// Makes a table of names by owner.
  @discardableResult
  private func build(
    _ file: String, memory: Int = NameTableBuilder.defaultMemory,
    _ names: [(NameTable.Owner, [String])]
  ) throws -> NameTable {
    var builder = NameTableBuilder(scratch.file(file), memory: memory)
    for (owner, names) in names {
      let index = builder.addOwner(owner)
      for name in names { try builder.add(Array(name.utf8).rawSpan, owner: index) }
    }
    _ = try builder.finish()
    return try NameTable(scratch.file(file))
  }

  private static func many(_ count: Int) -> [String] {
    (0..<count).map { "name_\($0 &* 7919 % 100_003)_\($0 % 13 == 0 ? "x.cold" : "y")" }
  }

  private func digest(_ name: String) -> HashedName {
    HashedName(of: Array(name.utf8).rawSpan)
  }

  private func name(_ table: NameTable, _ digest: HashedName) throws -> String? {
    guard let record = try table.record(for: digest) else { return nil }
    return record.name.text
  }

  /// Owners of a linkage name; `nil` if it is not there.
  private func owners(_ table: NameTable, _ name: String) throws -> [NameTable.Owner]? {
    guard let record = try table.record(linkage: Array(name.utf8).rawSpan),
      record.name.text == name
    else { return nil }
    return try table.owners(of: record).map { try table.owner(at: $0) }
  }

  private func names(_ table: NameTable, source: String) throws -> [String] {
    var found: [String] = []
    try table.forEachRecord(source: Array(source.utf8).rawSpan) { record in
      found.append(record.name.text)
      return true
    }
    return found
  }

  private func names(_ table: NameTable, readable: String) throws -> [String] {
    var found: [String] = []
    try table.forEachRecord(readable: Array(readable.utf8).rawSpan) { record in
      found.append(record.name.text)
      return true
    }
    return found
  }

  @Test("every name is found by its digest and by itself, with its owners; others are not")
  func lookups() throws {
    let all = Self.many(5000)
    let table = try build("table", [(Self.kernel, all), (Self.module, Array(all[..<100]))])
    #expect(table.count == Set(all).count && table.ownerCount == 2)
    for (index, name) in all.enumerated() {
      #expect(try self.name(table, digest(name)) == name)
      #expect(
        try owners(table, name) == (index < 100 ? [Self.module, Self.kernel] : [Self.kernel]))
    }
    #expect(try name(table, digest("no_such_name")) == nil)
    #expect(try owners(table, "name_") == nil)
    try table.check()
  }

  @Test("a source name finds all that compilers and toolchains made of it")
  func sources() throws {
    let table = try build(
      "table",
      [
        (
          Self.kernel,
          [
            "init_once", "init_once.llvm.77", "init_once.isra.0.cold", "init_once_more", "init",
            "init_once.any", "__pfx_init_once", "__cfi___pfx_init_once", "init_once.var",
            "init_once2",
            "init_once$0123456789abcdef0123456789abcdef", "__init_once",
          ]
        )
      ])
    #expect(
      try names(table, source: "init_once") == [
        "init_once", "init_once$0123456789abcdef0123456789abcdef", "init_once.isra.0.cold",
        "init_once.llvm.77", "__pfx_init_once", "__cfi___pfx_init_once",
      ])
    #expect(try names(table, source: "init") == ["init"])
    #expect(try names(table, source: "init_once.var") == ["init_once.var"])
    #expect(try names(table, source: "zzz").isEmpty && names(table, source: "").isEmpty)
  }

  @Test("a readable path, or the end of one, finds the linkage names")
  func readable() throws {
    let method = "_RNvXs_NtCs1cdwasc6FUb_6kernel5printNtB4_9PrintableNtB4_8Callable4call"
    let table = try build(
      "table",
      [(Self.kernel, [Self.printk, Self.info, Self.printk + ".llvm.5", "call_printk", method])])
    #expect(table.readableCount == 6)
    let both = [Self.printk, Self.printk + ".llvm.5"]
    for path in ["call_printk", "print::call_printk", "kernel::print::call_printk"] {
      #expect(try names(table, readable: path) == both)
    }
    #expect(try names(table, readable: "format_strings::INFO") == [Self.info])
    for path in [
      "call", "Printable::call", "Callable::call", "kernel::print::Callable::call",
      "<kernel::print::Printable as kernel::print::Callable>::call",
    ] { #expect(try names(table, readable: path) == [method], "\(path)") }
    for path in [
      "printk", "l_printk", "kernel", "rint::call_printk", "x::kernel::print::call_printk",
    ] {
      #expect(try names(table, readable: path).isEmpty, "\(path)")
    }
  }

  @Test("a digest stands for a name without its leading dot, too")
  func dots() throws {
    let table = try build("table", [(Self.kernel, [".printk", "printk"])])
    var found: [String] = []
    try table.forEachRecord(for: digest("printk")) { found.append($0.name.text) }
    #expect(found.sorted() == [".printk", "printk"])
    #expect(try owners(table, ".printk") == [Self.kernel])
    try table.check()
  }

  @Test("equal input gives equal bytes: in any order, in little memory, and by merging")
  func determinism() throws {
    let (all, some) = (Self.many(4000), Self.many(6000) + [Self.printk, Self.info])
    try build("one", [(Self.kernel, all), (Self.module, some)])
    let expected = try contents(of: scratch.file("one"))
    try build(
      "two", memory: 4096, [(Self.module, some.reversed() + some), (Self.kernel, all.shuffled())])
    #expect(try contents(of: scratch.file("two")) == expected)
    let kernel = try build("kernel", [(Self.kernel, all)])
    let module = try build("module", [(Self.module, some)])
    var builder = NameTableBuilder(scratch.file("merged"), memory: 1 << 16)
    try builder.add(module, path: "module")
    try builder.add(kernel, path: "kernel")
    try builder.add(kernel, path: "kernel")
    let summary = try builder.finish()
    #expect(summary.names == Set(all + some).count && summary.owners == 2)
    #expect(try contents(of: scratch.file("merged")) == expected)
    #expect(DirectoryTree.names(in: scratch.path).count == 5)
  }

  @Test("names are listed in order, and by how they begin")
  func order() throws {
    let all = Self.many(1000)
    let table = try build("table", [(Self.kernel, all)])
    var listed: [String] = []
    try table.forEachRecord { record in
      listed.append(record.name.text)
      return true
    }
    #expect(listed == Set(all).sorted())
    var beginning: [String] = []
    try table.forEachRecord(beginningWith: Array("name_12".utf8).rawSpan) { record in
      beginning.append(record.name.text)
      return true
    }
    #expect(beginning == listed.filter { $0.hasPrefix("name_12") } && !beginning.isEmpty)
  }

  @Test("a module belongs to the kernel that came last, if that has the module's release")
  func kernelsOfModules() {
    var owners = KernelOwners()
    #expect(owners.owner("a", buildID: [1], release: "7.2", isKernel: false).kernelBuildID == [])
    let kernel = owners.owner("vmlinux", buildID: [9], release: "7.2", isKernel: true)
    #expect(kernel.kernelBuildID == [9])
    #expect(
      owners.owner("b", buildID: [2], release: "7.2", isKernel: false)
        == NameTable.Owner("b", buildID: [2], release: "7.2", kernelBuildID: [9]))
    #expect(owners.owner("c", buildID: [3], release: "7.3", isKernel: false).kernelBuildID == [])
    _ = owners.owner("vmlinux", buildID: [8], release: "7.3", isKernel: true)
    #expect(owners.owner("d", buildID: [], release: "7.3", isKernel: false).kernelBuildID == [8])
    #expect(owners.owner("e", buildID: [], release: "7.2", isKernel: false).kernelBuildID == [])
  }

  @Test("a table may go to a FIFO, although its header is written last")
  func fifo() throws {
    let path = scratch.makeFIFO("fifo")
    let reader = unsafe open(path, O_RDWR | O_CLOEXEC)
    defer { close(reader) }
    var builder = NameTableBuilder(path)
    let owner = builder.addOwner(Self.kernel)
    try builder.add(Array("f".utf8).rawSpan, owner: owner)
    _ = try builder.finish()
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    // SAFETY: reads at most the size of the array.
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe read(reader, $0.baseAddress, $0.count)
    }
    bytes.removeSubrange(max(0, count)...)
    let table = try NameTable(copying: bytes.rawSpan)
    try table.check()
    #expect(try owners(table, "f") == [Self.kernel])
  }

  @Test("an empty table finds nothing")
  func empty() throws {
    let table = try build("table", [])
    #expect(table.count == 0)
    #expect(try name(table, digest("a")) == nil)
    #expect(try names(table, source: "a").isEmpty && names(table, readable: "a").isEmpty)
    try table.check()
  }

  @Test("names that are empty or too long are left out and counted; the longest is kept")
  func lengths() throws {
    var builder = NameTableBuilder(scratch.file("table"))
    let owner = builder.addOwner(Self.kernel)
    let longest = [UInt8](repeating: 0x61, count: 65_535)
    try builder.add(longest.rawSpan, owner: owner)
    try builder.add((longest + [0x61]).rawSpan, owner: owner)
    try builder.add(RawSpan(), owner: owner)
    try builder.add(longest.rawSpan, owner: 7)
    let summary = try builder.finish()
    #expect(summary.names == 1 && summary.skipped == 3)
    let table = try NameTable(scratch.file("table"))
    #expect(try owners(table, String(decoding: longest, as: UTF8.self)) == [Self.kernel])
    try table.check()
  }
}
