import ByteStorage
import Kallsyms
import KernelFacts
import TestSupport
import Testing

@Suite("Symbols of a kernel")
struct KernelSymbolTests {
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private func read(_ text: String) throws -> KernelSymbolSource {
    try scratch.write(Array(text.utf8), to: "list")
    var reader = KernelSymbolReader()
    return try reader.read(scratch.file("list"))
  }

  @Test("are read from a list, which has no tables")
  func list() throws {
    let source = try read("ffffffff81000000 T _text\nffffffff81000010 t a\t[m]\n")
    #expect(source.table.count == 2 && source.tables == nil && source.release == nil)
    #expect(source.addressWidth == 16 && !source.hidesAddresses && !source.hasRelativeAddresses)
    #expect(try read("c0008000 T _text\n").addressWidth == 8)
  }

  @Test("without addresses tell that they are hidden")
  func hidden() throws {
    #expect(try read("0000000000000000 T _text\n0000000000000000 T a\n").hidesAddresses)
  }

  @Test("of no kernel are an error with the path")
  func noKernel() throws {
    #expect(throws: FileError.self) { try read("just words\n") }
  }
}
