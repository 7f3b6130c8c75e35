public import CKsym
internal import KernelReleases
internal import SymbolSpelling
internal import SymbolTables

/// See ksym.h.
@c @implementation public func ksym_kernel_find(
  _ kernel: OpaquePointer!, _ key: UnsafePointer<CChar>!, _ length: Int,
  _ era: UnsafePointer<CChar>!, _ each: ksym_symbol_callback!, _ context: UnsafeMutableRawPointer!
) -> ksym_status {
  attempt { () throws(Failure) in
    let bytes = unsafe try Given.bytes(key, length, "the key")
    let key = unsafe String(decoding: bytes, as: UTF8.self)
    guard let each = unsafe each else { throw .argument("the callback is null") }
    let era = unsafe try Given.optional(era, "the era")
    return unsafe try Handles.use(kernel) { (kernel: SymbolKernel) throws(Failure) in
      let found = try kernel.find(key, era)
      for match in found {
        let size = kernel.index.size(of: match.index)
        var symbol = unsafe kernel.describe(
          match.index, offset: match.offset ?? 0, size: size, isClone: match.isClone)
        // The era counts those that it takes for equal.
        unsafe symbol.position = UInt32(clamping: match.position.number)
        unsafe symbol.equals = UInt32(clamping: match.position.count)
        guard unsafe each(&symbol, context) else { break }
      }
      return found.isEmpty ? KSYM_NOT_FOUND : KSYM_OK
    }
  }
}

/// See ksym.h.
@c @implementation public func ksym_kernel_spell(
  _ kernel: OpaquePointer!, _ index: Int, _ interface: UnsafePointer<CChar>!,
  _ buffer: UnsafeMutablePointer<CChar>!, _ size: Int
) -> Int {
  nameAnswer { () throws(Failure) in
    let word = unsafe try Given.text(interface, "the interface")
    guard let interface = SymbolInterface(rawValue: word) else {
      throw .argument("no such interface: \(word)")
    }
    return unsafe try Handles.use(kernel) { (kernel: SymbolKernel) throws(Failure) in
      guard index >= 0, index < kernel.index.table.count else {
        throw .argument("no symbol has this index")
      }
      let speller = SymbolSpeller(kernel.index, kernel: kernel.facts, interfaces: [interface])
      let spelling = speller.spelling(of: index, for: interface)
      guard let text = spelling.text else {
        throw Failure(-1, spelling.problem?.code.rawValue ?? "")
      }
      return unsafe try give(Array(text.utf8).span, to: buffer, size)
    }
  }
}

extension SymbolKernel {
  /// What a key may mean, by the rules of a release if one is given.
  fileprivate func find(_ key: String, _ era: String?) throws(Failure) -> [FoundSymbol] {
    guard let era else { return SymbolFinder(index).find(key) }
    guard let release = KernelRelease(era) else { throw .argument("no such release: \(era)") }
    let rules = LookupEra.of(release, facts.configuration)
    return SymbolFinder(index, era: EraLookup(index, rules)).find(key)
  }
}
