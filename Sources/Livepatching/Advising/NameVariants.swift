internal import ByteStorage
internal import SymbolTables

/// Names of a kernel's symbols that have a dot, by the part before the first.
struct NameVariants {
  private let kernel: LivepatchKernel
  /// Indices of symbols by the hash of the part before the first dot.
  private var symbols: [UInt64: [UInt32]] = [:]

  /// Goes through all symbols once, keeping those that begin with one of some names.
  init(_ kernel: LivepatchKernel, of names: some Sequence<String>) {
    self.kernel = kernel
    for name in names {
      let bytes = Array(NameVariants.stem(name).utf8)
      symbols[bytes.rawSpan.hash] = []
    }
    guard !symbols.isEmpty else { return }
    for index in 0..<kernel.index.kernelCount {
      let name = kernel.index.table.name(at: index)
      guard let dot = name.firstIndex(of: UInt8(ascii: ".")), dot > 0,
        let stem = name.slice(0..<dot)
      else { continue }
      let hash = stem.hash
      guard symbols[hash] != nil else { continue }
      symbols[hash]?.append(UInt32(truncatingIfNeeded: index))
    }
  }

  /// The part of a name before its first dot.
  static func stem(_ name: String) -> String { String(name.prefix { $0 != "." }) }

  /// Symbols whose name is another name with more after it: `foo.isra.0` for `foo`.
  func symbols(extending name: String) -> [Int] {
    let bytes = Array(NameVariants.stem(name).utf8)
    let hash = bytes.rawSpan.hash
    return (symbols[hash] ?? []).map { Int($0) }.filter {
      kernel.name(of: $0).hasPrefix(name + ".")
    }
  }
}
