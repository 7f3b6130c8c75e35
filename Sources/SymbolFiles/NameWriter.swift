internal import ByteStorage
internal import ELFFormat
internal import SymbolNames
internal import SymbolTables

/// Writes symbols under the names that were asked for.
struct NameWriter: ~Copyable {
  private let naming: SymbolFile.Naming
  private var readable = NameBuffer()
  /// Names before `.llvm.`, by how many symbols have them, with the suffix or without.
  private var promoted: [[UInt8]: Int] = [:]

  /// Takes all symbols of the kernel, to see which names are free.
  init(_ naming: SymbolFile.Naming, _ table: SymbolTable) {
    self.naming = naming
    guard naming == .both, table.hasPromotedNames else { return }
    for index in 0..<table.count {
      if let name = NameWriter.beforeSuffix(table.name(at: index)) {
        promoted[name.array, default: 0] += 1
      }
    }
    for index in 0..<table.count {
      let name = table.name(at: index).array
      if promoted[name] != nil { promoted[name, default: 0] += 1 }
    }
  }

  /// What is before the suffix that ThinLTO gives to local symbols that it makes global.
  @_lifetime(copy name)
  private static func beforeSuffix(_ name: RawSpan) -> RawSpan? {
    guard let suffix = name.firstRange(of: ".llvm."), suffix > 0 else { return nil }
    return name.slice(0..<suffix)
  }

  mutating func append(_ name: RawSpan, _ symbol: ELFSymbol, to list: inout ELFSymbolList) {
    let bytes = Span<UInt8>(_bytes: name)
    switch naming {
    case .linkage: break
    case .source:
      if let part = name.slice(LinkageName(bytes).sourceRange), part.byteCount > 0 {
        list.append(part, symbol)
        return
      }
    case .readable, .both:
      if naming == .both { list.append(name, symbol) }
      readable.removeAll()
      if RustDemangler.appendReadableName(of: bytes, to: &readable) {
        // SAFETY: the bytes of a name are all initialised.
        list.append(unsafe readable.bytes.bytes, symbol)
        return
      }
      guard naming == .both else { break }
      if !promoted.isEmpty, let short = NameWriter.beforeSuffix(name), promoted[short.array] == 1 {
        list.append(short, symbol)
      }
      return
    }
    list.append(name, symbol)
  }
}
