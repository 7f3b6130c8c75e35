internal import ByteStorage
internal import ELFFormat
internal import Kallsyms
internal import KernelImages
package import Kernels
internal import SymbolTables
internal import UnwindTables

/// An ELF file with a kernel's symbols, and what it has.
package struct FinishedSymbolFile: Sendable {
  /// The file.
  package let bytes: [UInt8]
  /// Whether it has the contents of the image.
  package let hasContents: Bool
  /// Whether the machine is known.
  package let isMachineKnown: Bool
  /// Whether it has the symbols of loaded modules.
  package let hasModules: Bool
  /// Loaded modules that have no call frame information although it was asked for, in the list's order.
  package var modulesWithoutFrames: [ModuleWithoutFrames] = []
}

extension OpenKernel {
  /// An ELF file with symbols of this kernel.
  ///
  /// - Parameters:
  ///   - source: What ``symbols(as:modules:withProbeSites:)`` gave.
  ///   - chosen: Indexes of the symbols to write, in ascending order; `nil` for all.
  ///   - naming: Which of their names to write.
  ///   - withContents: Whether to copy the contents of the image, where there is one.
  ///   - withUnwind: Whether to add call frame information, made from the kernel's unwind tables.
  ///   - loaded: Where the loaded modules are whose symbols were added.
  /// - Returns: The file, and what it has.
  /// - Throws: `ParseError` if the image has changed, or its unwind tables are damaged; `KernelError`
  ///   `.cannotAnswer` if it has none.
  package func symbolFile(
    _ source: KernelSymbolSource, chosen: [Int]? = nil, naming: SymbolFile.Naming = .linkage,
    withContents: Bool, withUnwind: Bool, loaded: LoadedModules? = nil
  ) throws -> FinishedSymbolFile {
    let table = source.table
    let chosen = chosen ?? Array(0..<table.count)
    let wordSize = source.addressWidth / 2
    guard source.origin == .image, let form, form.isImage else {
      if withUnwind { throw KernelError.cannotAnswer(.unwinding, path, form) }
      var symbols = SymbolFile(boundsIn: table, order: nil, wordSize: wordSize)
      if source.origin != .modules { symbols.addModules(table, ModuleEnds(beside: self)) }
      symbols.buildID = source.buildID?.bytes
      return FinishedSymbolFile(
        bytes: symbols.bytes(table, chosen: chosen, naming: naming), hasContents: false,
        isMachineKnown: symbols.machine.rawValue != 0, hasModules: symbols.hasModules)
    }
    let file = try self.withContents { image in
      let bytes = try image.all()
      var symbols: SymbolFile
      var isPlaced = true
      var withoutFrames: [ModuleWithoutFrames] = []
      if form == .linkedImage {
        let elf = try ELFFile(image)
        symbols = try SymbolFile(elf)
        if !symbols.hasSections { symbols = SymbolFile(boundsIn: table, like: elf) }
        isPlaced = symbols.hasImage
        if withUnwind {
          guard let orc = try SymbolFile.unwindTable(elf) else {
            throw KernelError.cannotAnswer(.unwinding, path, form)
          }
          let modules = loaded?.read(table, kernel: orc.version)
          symbols.addUnwinding(orc, modules?.found ?? [], table, release: source.release)
          withoutFrames = modules?.missing ?? []
        }
        if BuildID(in: elf) == nil {
          symbols.buildID = BuildID(searching: bytes, symbols.layout.order)?.bytes
        }
      } else {
        if withUnwind { throw KernelError.cannotAnswer(.unwinding, path, form) }
        let start = source.tables.flatMap { table.imageStart(bytes, $0) }
        isPlaced = start != nil && !table.isRelative
        symbols = SymbolFile(
          boundsIn: table, order: source.tables?.order, wordSize: wordSize,
          start: isPlaced ? start : nil, size: bytes.byteCount)
        if !symbols.hasNotes || !isPlaced {
          symbols.buildID = BuildID(searching: bytes, symbols.layout.order)?.bytes
        }
      }
      if let loaded { symbols.addModules(table, loaded.ends) }
      let hasContents = withContents && isPlaced
      return FinishedSymbolFile(
        bytes: hasContents
          ? symbols.bytes(table, chosen: chosen, naming: naming, contents: bytes)
          : symbols.bytes(table, chosen: chosen, naming: naming, notes: bytes),
        hasContents: hasContents, isMachineKnown: symbols.machine.rawValue != 0,
        hasModules: symbols.hasModules, modulesWithoutFrames: withoutFrames)
    }
    guard let file else { throw KernelError.cannotAnswer(.symbols, path) }
    return file
  }
}
