import ByteStorage
import ELFFormat
import KernelImages
import KernelReleases
import Kernels
import ModuleVersions
import TestSupport
import Testing

@Suite("Exports of raw images")
struct RawImageTests {
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private static let start: UInt64 = 0xffff_8000_8000_0000

  /// An arm64 Image with exports `exported_N`, bounded by symbols that `change` may spoil.
  private func image(
    knowsPlace: Bool = true, change: (inout [(UInt64, String)]) -> Void = { _ in }
  ) throws -> [UInt8] {
    var memory = MemoryBuilder(Self.start)
    memory.bytes.set(Array("ARM\u{64}".utf8), at: 0x38)
    // Functions, then their entries, CRCs and names, as place-relative ones of 5.4 and later.
    let (entries, crcs, names) = (0x2000, 0x2000 + 12 * 12, 0x2000 + 16 * 12)
    memory.bytes.pad(to: entries)
    var symbols: [(UInt64, String)] = []
    for index in 0..<12 {
      let place = entries + 12 * index
      let (function, name) = (0x1000 + 16 * index, names + 16 * index)
      memory.bytes.put(UInt32(truncatingIfNeeded: function - place))
      memory.bytes.put(UInt32(truncatingIfNeeded: name - place - 4))
      memory.bytes.put(UInt32(0))
      symbols.append((Self.start + UInt64(function), "exported_\(index)"))
    }
    for index in 0..<12 { memory.bytes.put(UInt32(0x1000 + index)) }
    for index in 0..<12 {
      memory.bytes.pad(to: names + 16 * index)
      memory.bytes.put(cString: "exported_\(index)")
    }
    memory.bytes.pad(to: 0x3000)
    symbols += [
      (Self.start + UInt64(entries), "__start___ksymtab"),
      (Self.start + UInt64(crcs), "__start___kcrctab"),
      (Self.start + UInt64(crcs), "__stop___ksymtab"),
      (Self.start + UInt64(names), "__stop___kcrctab"),
    ]
    // The names follow the number and its padding.
    if knowsPlace { symbols.append((Self.start + 0x3008, "kallsyms_names")) }
    change(&symbols)
    try memory.putTables(symbols, fillers: 300, isBaseRelative: true)
    return memory.bytes.bytes
  }

  @Test("the build ID of an image whose symbols bound no notes is that of the first note")
  func buildID() throws {
    var bytes = try image()
    let note = [4, 8, 3, 0x55_4e47, 0x0403_0201, 0x0807_0605] as [UInt32]
    var words = ByteBuilder()
    for word in note { words.put(word) }
    bytes.replaceSubrange(0x800..<(0x800 + 24), with: words.bytes)
    try scratch.write(bytes, to: "Image")
    let facts = try OpenKernel(scratch.file("Image")).facts(isThorough: true)
    #expect(facts.buildID?.value.hexadecimal == "0102030405060708")
  }

  private func read(_ bytes: [UInt8]) throws -> KernelFacts {
    try scratch.write(bytes, to: "Image")
    return try OpenKernel(scratch.file("Image")).facts()
  }

  @Test(
    "exports of raw images are read through the symbols that bound the tables",
    arguments: [true, false])
  func exports(knowsPlace: Bool) throws {
    let facts = try read(try image(knowsPlace: knowsPlace))
    let exports = try #require(facts.exports?.value)
    #expect(exports.rows.count == 12, "\(facts.notes)")
    #expect(exports.form?.entries.entrySize == 12 && exports.form?.crcs == .word32)
    let symbols = facts.symbols?.value
    #expect(symbols?.count == 318 + (knowsPlace ? 1 : 0))
    #expect(symbols?.releases?.since == KernelRelease(6, 4))
    #expect(symbols?.releases?.through == KernelRelease(6, 19))
    #expect(facts.layout?.value == ELFLayout(is64Bit: true, order: .little))
  }

  @Test("bounds that make no sense give no exports, and the other facts are read", arguments: 0..<6)
  func hostile(_ choice: Int) throws {
    let bytes = try image { symbols in
      for index in symbols.indices {
        switch (choice, symbols[index].1) {
        case (0, "__stop___ksymtab"): symbols[index].0 = Self.start + 0x7fff_0000
        case (1, "__start___ksymtab"): symbols[index].0 = Self.start + 0x2f00
        case (2, "__start___ksymtab"): symbols[index].0 = Self.start + 0x2004
        case (3, "__stop___ksymtab"): symbols[index].1 = "nothing"
        case (4, "kallsyms_names"): symbols[index].0 = Self.start + 0x7fff_0000
        case (5, "kallsyms_names"): symbols[index].0 = Self.start
        default: break
        }
      }
      symbols.sort { $0.0 < $1.0 }
    }
    let facts = try read(bytes)
    #expect(facts.exports == nil)
    #expect(facts.release?.value == "7.3.4" && facts.symbols != nil)
  }

  @Test("types are found in a raw image, and with them the size of the module structure")
  func types() throws {
    var memory = MemoryBuilder(Self.start)
    memory.bytes.pad(to: 0x1000)
    memory.bytes.put(StubKernelBuilder.typeInformation(1344))
    memory.bytes.align(to: 8)
    try memory.putTables(fillers: 300, isBaseRelative: true)
    try scratch.write(memory.bytes.bytes, to: "Image")
    try expectTypes(scratch.file("Image"))
  }

  @Test("types are found in an ELF file without sections, too")
  func typesWithoutSections() throws {
    var kernel = KernelBuilder(release: "7.3.4")
    kernel.sections = [(".BTF", StubKernelBuilder.typeInformation(1344), 0xffff_ffff_8300_0000)]
    var bytes = kernel.build()
    // e_shoff; e_shnum and e_shstrndx.
    for place in Array(40..<48) + Array(60..<64) { bytes[place] = 0 }
    try scratch.write(bytes, to: "vmlinux")
    try expectTypes(scratch.file("vmlinux"))
  }

  private func expectTypes(_ path: String) throws {
    let kernel = try OpenKernel(path)
    #expect(kernel.types() != nil && kernel.types(few: true) != nil)
    for facts in [try kernel.factsForLoading(), try kernel.facts(isThorough: true)] {
      #expect(facts.moduleStructureSize?.value == 1344)
      #expect(facts.moduleStructureSize?.source.code == .btf)
    }
  }

  // As vmlinux-to-elf and `ksym symbols --format elf` make them.
  @Test(
    "an ELF file made from a raw image, with sections of other names, answers as the image does",
    arguments: [[".kernel"], [".text", ".rodata"]])
  func madeFromRaw(_ names: [String]) throws {
    var raw = try image()
    let note = [4, 8, 3, 0x55_4e47, 0x0403_0201, 0x0807_0605] as [UInt32]
    var words = ByteBuilder()
    for word in note { words.put(word) }
    raw.replaceSubrange(0x800..<(0x800 + 24), with: words.bytes)
    let types = StubKernelBuilder.typeInformation(1344)
    raw.replaceSubrange(0xa00..<(0xa00 + types.count), with: types)
    var elf = ELFBuilder(machine: .aarch64)
    elf.type = 2
    let size = 0x2000
    for (index, name) in names.enumerated() {
      let end = index + 1 == names.count ? raw.count : size * (index + 1)
      elf.addSection(
        name, bytes: Array(raw[(size * index)..<end]), address: Self.start + UInt64(size * index),
        alignment: 1)
    }
    let path = try scratch.write(elf.build(), to: "vmlinux")
    try expectTypes(path)
    let facts = try OpenKernel(path).facts(isThorough: true)
    #expect(facts.exports?.value.rows.count == 12, "\(facts.notes)")
    #expect(facts.buildID?.value.hexadecimal == "0102030405060708")
    #expect(facts.machine?.value == .aarch64 && facts.release?.value == "7.3.4")
  }

  @Test("raw images cut anywhere give facts or an error")
  func cut() throws {
    let bytes = try image()
    for count in stride(from: 64, to: bytes.count, by: bytes.count / 40) {
      _ = try? read(Array(bytes.prefix(count)))
    }
  }
}
