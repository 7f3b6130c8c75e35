internal import ByteStorage
internal import ELFFormat
internal import Kallsyms
internal import KernelImages
internal import SymbolTables

extension KernelFactsReader {
  /// Reads the kernel's own symbol table, and through it the exports of an image without sections. What
  /// is wrong becomes a note: old or small kernels have no such table.
  func readSymbols(
    _ source: ByteSource, isELF: Bool, _ path: String, into facts: inout KernelFacts
  ) {
    do {
      let bytes = try source.all()
      let image = isELF ? try KallsymsImage(ELFFile(source)) : KallsymsImage(raw: bytes)
      let found = try KernelSymbolReader.image(image)
      facts.symbols = KernelFacts.Fact(SymbolFacts(found), from: path)
      guard !isELF, let tables = found.tables else { return }
      if facts.layout == nil, let size = tables.wordSize {
        facts.layout = KernelFacts.Fact(
          ELFLayout(is64Bit: size == 8, order: tables.order), from: "\(path) (kallsyms)")
      }
      guard facts.exports == nil else { return }
      let reader = RawImageExports(bytes, found.table, tables)
      if let exports = try reader.read(facts.machine?.value) {
        facts.exports = KernelFacts.Fact(exports, from: path)
      }
    } catch { facts.notes.append("\(path): \(error)") }
  }

  /// Reads the open file if it is a list of symbols.
  ///
  /// - Returns: Whether it is one.
  /// - Throws: ``FileError`` if it is one and cannot be read.
  func readList(_ path: String, into facts: inout KernelFacts) throws(FileError) -> Bool {
    do throws(ParseError) {
      let head = try file.source.bytes(0..<min(file.count, 1024), in: "file")
      guard SymbolText.isRecognized(head) else { return false }
      let text = try SymbolText(parsing: file.source.all())
      facts.symbols = KernelFacts.Fact(SymbolFacts(KernelSymbolReader.list(text)), from: path)
      facts.layers = facts.layers ?? KernelFacts.Fact(["list of symbols"], from: path)
      return true
    } catch { throw FileError(path: path, cause: .malformed(error)) }
  }
}
