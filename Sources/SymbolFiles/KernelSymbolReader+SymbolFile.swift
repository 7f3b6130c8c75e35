internal import ByteStorage
internal import ELFFormat
internal import Kallsyms
internal import KernelImages
package import Kernels
internal import SymbolTables

extension KernelSymbolReader {
  /// An ELF file with the symbols of the kernel that was read last.
  ///
  /// - Parameters:
  ///   - source: What ``read(_:)`` gave.
  ///   - chosen: Indexes of the symbols to write, in ascending order; `nil` for all.
  ///   - naming: Which of their names to write.
  ///   - withContents: Whether to copy the contents of the image, where there is one.
  /// - Returns: The file, whether it has contents, and whether the machine is known.
  /// - Throws: `ParseError` if the image has changed.
  package func symbolFile(
    _ source: KernelSymbolSource, chosen: [Int]? = nil, naming: SymbolFile.Naming = .linkage,
    withContents: Bool = true
  ) throws -> (bytes: [UInt8], hasContents: Bool, isMachineKnown: Bool) {
    let table = source.table
    let chosen = chosen ?? Array(0..<table.count)
    let wordSize = source.addressWidth / 2
    guard let unpacked else {
      let symbols = SymbolFile(boundsIn: table, order: nil, wordSize: wordSize)
      let bytes = symbols.bytes(table, chosen: chosen, naming: naming)
      return (bytes, false, symbols.machine.rawValue != 0)
    }
    let image = try unpacked.source(file: file, scratch: scratch)
    let bytes = try image.all()
    var symbols: SymbolFile
    var isPlaced = true
    if unpacked.isELF {
      let elf = try ELFFile(image)
      symbols = try SymbolFile(elf)
      if !symbols.hasSections { symbols = SymbolFile(boundsIn: table, like: elf) }
      isPlaced = symbols.hasImage
      if BuildID(in: elf) == nil {
        symbols.buildID = BuildID(searching: bytes, symbols.layout.order)?.bytes
      }
    } else {
      let start = source.tables.flatMap { table.imageStart(bytes, $0) }
      isPlaced = start != nil && !table.isRelative
      symbols = SymbolFile(
        boundsIn: table, order: source.tables?.order, wordSize: wordSize,
        start: isPlaced ? start : nil, size: bytes.byteCount)
      if !symbols.hasNotes || !isPlaced {
        symbols.buildID = BuildID(searching: bytes, symbols.layout.order)?.bytes
      }
    }
    let file =
      withContents && isPlaced
      ? symbols.bytes(table, chosen: chosen, naming: naming, contents: bytes)
      : symbols.bytes(table, chosen: chosen, naming: naming, notes: bytes)
    return (file, withContents && isPlaced, symbols.machine.rawValue != 0)
  }
}
