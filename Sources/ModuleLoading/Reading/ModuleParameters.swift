internal import ByteStorage
internal import ELFFormat

/// The parameters of a module that get a file in /sys/module/NAME/parameters.
///
/// | offset of 64 bits | of 32 | field |
/// |---|---|---|
/// | 0 | 0 | name |
/// | 8 | 4 | mod |
/// | 16 | 8 | ops |
/// | 24 | 12 | perm (16 bits), level, flags |
/// | 32 | 16 | arg |
///
/// - Note: `struct kernel_param` (include/linux/moduleparam.h), `find_module_sections` (kernel/module/main.c)
///   and `module_param_sysfs_setup` (kernel/params.c), 5.10 to 7.2.
struct ModuleParameters: ~Escapable {
  private let map: SectionMap
  private let memory: ModuleMemory
  private let symbols: ELFSymbolTable

  /// Most parameters to look at; modules have a few dozen.
  private static let most = 1 << 16

  @_lifetime(copy map) init(_ map: SectionMap, _ indices: ELFValidity.Indices) {
    self.map = map
    memory = ModuleMemory(map, indices)
    symbols = ELFSymbolTable(
      entries: map.bytes(indices.symbols), strings: RawSpan(), layout: map.layout)
  }

  /// The first name that an earlier parameter has, both with a file: those with permissions 0 have none.
  /// Names that cannot be read count as different.
  func repeatedName() -> [UInt8]? {
    let index = map.find("__param")
    guard index != 0, map.sections[index].type != .nobits else { return nil }
    let word = map.layout.wordSize
    let size = 5 * word
    let bytes = map.bytes(index)
    let count = min(bytes.byteCount / size, ModuleParameters.most)
    guard count > 1 else { return nil }
    let pointers = map.pointers(in: index)
    var seen: Set<[UInt8]> = []
    for number in 0..<count {
      let start = number * size
      guard let permissions = bytes.integer(UInt16.self, at: start + 3 * word, map.layout.order),
        permissions != 0, let pointer = pointers[start],
        let name = name(pointer, bytes, start)
      else { continue }
      if !seen.insert(name).inserted { return name }
    }
    return nil
  }

  private func name(_ pointer: SectionPointer, _ bytes: RawSpan, _ start: Int) -> [UInt8]? {
    guard let symbol = symbols.symbol(at: pointer.symbol) else { return nil }
    let own: Int64? =
      map.layout.is64Bit
      ? bytes.integer(Int64.self, at: start, map.layout.order)
      : bytes.integer(Int32.self, at: start, map.layout.order).map(Int64.init)
    guard let addend = pointer.addend ?? own else { return nil }
    let sum = Int64(bitPattern: symbol.value).addingReportingOverflow(addend).partialValue
    guard let place = memory.place(Int(symbol.sectionIndex), Int(clamping: sum)) else { return nil }
    return memory.string(at: place)
  }
}
