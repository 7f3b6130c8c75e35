import ByteStorage
import ELFFormat
import TypeVersions

extension FuzzTargets {
  /// An object whose section of kABI rules is the input: an error, or versions.
  static func rules(_ bytes: RawSpan) {
    guard let object = objectWithRules(bytes) else { return }
    var names: [[UInt8]] = []
    guard let elf = try? ELFFile(ByteSource(object.rawSpan)), let table = try? elf.symbolTable()
    else { return }
    for index in 0..<table.count {
      guard let symbol = table.symbol(at: index), symbol.binding != .local else { continue }
      names.append(table.name(of: symbol).array)
    }
    var request = VersionsRequest()
    (request.isStable, request.wantsSymtypes) = (true, true)
    var run = VersionsRun(ExportList(names), request)
    guard (try? run.add(MappedFile(copying: object.rawSpan))) != nil else { return }
    use(run.finish().bytes.rawSpan)
    use(run.symtypes.bytes.rawSpan)
  }

  /// The object of the seeds, little-endian and 64-bit, with the rules at its end.
  private static func objectWithRules(_ rules: RawSpan) -> [UInt8]? {
    guard let (object, header) = objectOfRules else { return nil }
    var copy = object
    // sh_offset and sh_size.
    for (place, value) in [(header + 24, object.count), (header + 32, rules.byteCount)] {
      for byte in 0..<8 { copy[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    }
    return copy + rules.array
  }

  /// The object, and where its section header of rules lies.
  private static let objectOfRules: ([UInt8], header: Int)? = {
    var buffer = FileBuffer()
    let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    guard (try? buffer.open("/\(folder)/Seeds/dwarf/c09_kabi.gcc12-dw5")) != nil else {
      fatalError("Fuzz/Seeds is not where it was built")
    }
    guard let bytes = try? buffer.source.all().array,
      let elf = try? ELFFile(ByteSource(bytes.rawSpan)),
      let index = elf.sectionIndex(named: ".discard.gendwarfksyms.kabi_rules")
    else { return nil }
    let table = (0..<8).reduce(0) { $0 | Int(bytes[0x28 + $1]) << (8 * $1) }
    return (bytes, table + 64 * index)
  }()
}
