package import ByteStorage

/// Writes symbol lists as Android's build keeps them (kernel/build, `abi/symbol_extraction.py`): names in an
/// order of their own, with what the loader and tracepoints need in addition.
package struct AndroidList: Sendable {
  package enum Form: String, Sendable, CaseIterable {
    /// `[abi_symbol_list]`, then the names, indented.
    case android
    /// Names alone, by their bytes (`abi_symbollist.raw`).
    case raw
  }

  private let names: [[UInt8]]

  /// The names of a list.
  ///
  /// - Parameters:
  ///   - list: One list, or several that were united.
  ///   - kernel: What the kernel exports, if it is known: a `__traceiter_` name that it lacks is left out.
  package init(_ list: SymbolList, kernel: ExportRecords? = nil) {
    var names: Set<[UInt8]> = [Array("module_layout".utf8), Array("__put_task_struct".utf8)]
    for number in 0..<list.selection.count {
      let name = list.selection.name(number)
      names.insert(name.array)
      guard name.starts(with: "__tracepoint_"), let event = name.suffix(from: 13) else { continue }
      let iterator = Array("__traceiter_".utf8) + event.array
      if kernel.map({ $0.find(iterator.rawSpan) != nil }) ?? true { names.insert(iterator) }
    }
    self.names = Array(names)
  }

  package func write(_ form: Form, to output: inout OutputBuffer) {
    switch form {
    case .android:
      output.append("[abi_symbol_list]\n")
      let keyed = names.map { (key: AndroidList.key($0), name: $0) }
      for entry in keyed.sorted(by: { left, right in
        left.key == right.key
          ? left.name.lexicographicallyPrecedes(right.name)
          : left.key.lexicographicallyPrecedes(right.key)
      }) {
        output.append("  ")
        output.append(entry.name)
        output.append(0x0a)
      }
    case .raw:
      for name in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
        output.append(name)
        output.append(0x0a)
      }
    }
  }

  /// Lower case without underscores, then fewer underscores the more the name begins with.
  private static func key(_ name: [UInt8]) -> [UInt8] {
    let underscore = UInt8(ascii: "_")
    let leading = name.prefix { $0 == underscore }.count
    let letters = name.filter { $0 != underscore }.map {
      UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0
    }
    return letters + [UInt8](repeating: underscore, count: max(0, 5 - leading))
  }
}
