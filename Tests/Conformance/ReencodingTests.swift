import ByteStorage
import ELFFormat
import Kallsyms
import KernelImages
import SymbolTables
import TestSupport
import Testing

/// The whole symbol lists of Debian's kernels, encoded, assembled and linked at the same address.
@Suite("Encoding whole kernels", .serialized)
struct ReencodingTests {
  /// How a kernel's build calls `scripts/kallsyms`.
  struct Case: Sendable, CustomStringConvertible {
    let label: String
    let release: String
    let option: String
    var description: String { label }
  }

  private static let cases = [
    Case(label: "amd64-6.12", release: "6.12", option: "--absolute-percpu"),
    Case(label: "amd64-7", release: "7.2", option: "--pc-relative"),
  ]

  /// The tables of a kernel image.
  private struct Original {
    /// The list that the tables were made from.
    let list: [UInt8]
    /// Everything from the number of symbols to the last sequence number.
    let bytes: [UInt8]
    /// Where that is in memory.
    let address: UInt64
    /// Where `_text` is.
    let text: UInt64
  }

  @Test(
    "encoding a kernel's list gives the very bytes in its image, in every table",
    .needsKernels(), .needs("gcc", "ld"), arguments: cases)
  func encodesAgain(_ wanted: Case) async throws {
    let cached = RealKernel.all.first { $0.label == wanted.label }
    try need(cached != nil, "make kernels (\(wanted.label))")
    let kernel = try #require(cached)
    let original = try original(#require(kernel.image))
    #expect(original.list.count > 5_000_000)

    let scratch = try ScratchDirectory()
    let list = try scratch.write(original.list, to: "list")
    let run = try await Ksym.run(
      ["kallsyms", "encode", "--release", wanted.release, "--all-symbols", wanted.option, list])
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)

    let (object, linked) = (scratch.file("tables.o"), scratch.file("tables"))
    let compiled = try await Ksym.run(
      [
        "-DBITS_PER_LONG=64", "-c", "-x", "assembler-with-cpp", "-o", object,
        try scratch.write(run.bytes, to: "tables.S"),
      ], program: "gcc")
    #expect(compiled.status == 0, "\(compiled.errors.prefix(1000))")
    let placed = try await Ksym.run(
      [
        "-e", "0", "-o", linked, object, "--defsym=_text=\(original.text)",
        "--section-start=.rodata=0x\(String(original.address, radix: 16))",
      ], program: "ld")
    #expect(placed.status == 0, "\(placed.errors.prefix(1000))")

    var file = FileBuffer()
    try file.open(linked)
    let elf = try ELFFile(file.source)
    let index = elf.sectionIndex(named: ".rodata")
    let section = elf.sections[try #require(index)]
    let made = try elf.bytes(of: section, in: ".rodata").array
    // One difference is enough to know.
    #expect(made.count == original.bytes.count)
    #expect(made == original.bytes)
  }

  private func original(_ path: String) throws -> Original {
    var file = FileBuffer()
    var scratch = FileBuffer()
    try file.open(path)
    let kernel = try KernelUnpacker.unpack(&file, scratch: &scratch, path: path)
    let source = try kernel.source(file: file, scratch: scratch)
    let image = try KallsymsImage(ELFFile(source))
    let tables = try KallsymsTables(locating: image)
    let table = try SymbolTable(tables, in: image)
    let end = try #require(tables.sequences).upperBound
    let text = try #require((0..<table.count).first { table.name(at: $0).equals("_text") })
    let bytes = image.bytes.slice(tables.countOffset..<end)?.array
    let address = image.address(ofOffset: tables.countOffset)
    return Original(
      list: list(of: table, tables), bytes: try #require(bytes), address: try #require(address),
      text: table.addresses[text])
  }

  private func list(of table: SymbolTable, _ tables: KallsymsTables) -> [UInt8] {
    var output = OutputBuffer(reserving: table.count * 48)
    for index in 0..<table.count {
      // Per-CPU symbols lost their letter to A, which the encoder takes for no symbol.
      let letter = table.type(at: index)
      let isPerCPU = tables.encoding == .absolutePerCPU && letter == UInt8(ascii: "A")
      output.append(hexadecimal: table.addresses[index], width: 16)
      output.append(0x20)
      output.append(isPerCPU ? UInt8(ascii: "D") : letter)
      output.append(0x20)
      output.append(table.name(at: index))
      output.append(0x0a)
    }
    return output.bytes
  }
}
