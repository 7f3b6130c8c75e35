package import ByteStorage
internal import DWARFFormat
internal import ELFFormat

/// A run over objects, which share a list of exports, as gendwarfksyms makes it.
package struct VersionsRun: Sendable {
  package enum Warning: Sendable, Hashable {
    /// An object gives a symbol another place than an earlier one did.
    case severalAddresses([UInt8])
    /// An object gives a symbol another version than an earlier one did.
    case overridden([UInt8], former: UInt32, new: UInt32)
    /// Bytes after the last kABI rule.
    case bytesAfterRules
    /// Nothing describes a symbol; its version is 0.
    case noInformation([UInt8])
  }

  package internal(set) var exports: ExportList
  let request: VersionsRequest
  package internal(set) var warnings: [Warning] = []
  /// The texts of types and symbols, if they were asked for.
  package internal(set) var symtypes = OutputBuffer()
  /// What the dumps of the request give.
  package internal(set) var dump = OutputBuffer()

  package init(_ exports: ExportList, _ request: VersionsRequest) {
    self.exports = exports
    self.request = request
  }

  /// Finds the versions of what an object defines or describes.
  ///
  /// - Parameters:
  ///   - file: An object, or any ELF file with debug information.
  ///   - supplement: The file that it shares debug information with, if it names one.
  /// - Throws: ``TypeVersionsError``; then there are no versions at all.
  package mutating func add(
    _ file: MappedFile, supplement: MappedFile? = nil
  ) throws(TypeVersionsError) {
    let rules = try readObject(file)
    if rules?.hasRest ?? false { warnings.append(.bytesAfterRules) }
    let (data, entries) = try VersionsRun.read(file, supplement)
    var pieces = TypePieces(data, entries, rules)
    pieces.showsSources = request.showsSources
    let found = try match(&pieces)
    try compute(found, data, &pieces)
  }

  /// The places of the symbols; the rules, if they are wanted.
  private mutating func readObject(
    _ file: MappedFile
  ) throws(TypeVersionsError) -> KABIRules? {
    let elf: ELFFile
    var several: [Warning] = []
    do throws(ParseError) {
      elf = try ELFFile(ByteSource(file.bytes), readsEscapes: true)
      try exports.readSymbols(elf) { several.append(.severalAddresses($0.array)) }
    } catch { throw .debugInformation(error) }
    warnings += several
    return request.isStable ? try KABIRules(elf) : nil
  }

  private static func read(
    _ file: MappedFile, _ supplement: MappedFile?
  ) throws(TypeVersionsError) -> (DebugData, DWARFEntries) {
    do throws(ParseError) {
      let data = try DebugData(
        file, [.info, .types, .abbreviations, .strings, .lineStrings, .stringOffsets, .lines],
        supplement: supplement)
      guard data.bytes(.info).byteCount > 0 else {
        throw ParseError(.missing, in: ".debug_info", at: 0)
      }
      return (data, try DWARFEntries(data))
    } catch { throw .debugInformation(error) }
  }

  /// All versions that were wanted, in the order of gendwarfksyms; `nil` where nothing describes a
  /// symbol.
  package var versions: [(name: [UInt8], crc: UInt32?)] {
    exports.order.map { symbol in
      let known = exports.symbols[symbol]
      return (exports.names.name(symbol).array, known.state == .processed ? known.crc : nil)
    }
  }

  /// The lines for modpost, `#SYMVER name 0x01234567`, in the order of gendwarfksyms; adds the
  /// warnings about symbols that nothing describes.
  package mutating func finish() -> OutputBuffer {
    var output = OutputBuffer()
    for symbol in exports.order {
      let known = exports.symbols[symbol]
      if known.state != .processed {
        warnings.append(.noInformation(exports.names.name(symbol).array))
      }
      output.append("#SYMVER ")
      output.append(exports.names.name(symbol))
      output.append(" 0x")
      output.append(hexadecimal: UInt64(known.crc), width: 8)
      output.append("\n")
    }
    return output
  }
}
