internal import ByteStorage

/// Puts a module's types, made for a distilled base, onto the kernel's types: `btf_relocate` of
/// tools/lib/bpf/btf_relocate.c, which the kernel is built with from 6.12 on. What it says has
/// nothing before it.
struct BTFRelocation: ~Escapable {
  private let distilled: BTFView
  private let kernel: BTFView
  /// The kernel's type for each distilled one; 0 for none.
  private var types: [UInt32]
  /// Whether a type is a part of one of the module's: then its size must be the same.
  private var isEmbedded: [Bool]
  /// Offset of the kernel's name by the offset of the distilled one.
  private var names: [UInt32: UInt32] = [:]

  @_lifetime(copy distilled, copy kernel)
  init(from distilled: consuming BTFView, to kernel: consuming BTFView) {
    types = [UInt32](repeating: 0, count: distilled.count)
    isEmbedded = [Bool](repeating: false, count: distilled.count)
    (self.distilled, self.kernel) = (distilled, kernel)
  }

  mutating func relocate(_ module: borrowing BTFVerifier, _ log: inout BTFLog) throws(BTFError) {
    try checkKinds(&log)
    markEmbedded(module)
    try map(&log)
    for number in 1..<max(1, distilled.count) where types[number] == 0 {
      let name = distilled.name(number).text
      log.add("distilled base BTF type '\(name)' [\(number)] is not mapped to base BTF id")
      throw .invalid
    }
    try checkNames(module, &log)
  }

  private func checkKinds(_ log: inout BTFLog) throws(BTFError) {
    for number in 1..<max(1, distilled.count) {
      guard let entry = distilled.entry(number) else { continue }
      let kind = entry.kind.rawValue
      switch entry.kind {
      case .integer, .float, .enumeration, .structure, .union, .forward: break
      default:
        log.add("type [\(number)] in distilled based BTF has unexpected kind [\(kind)]")
        throw .invalid
      }
      if entry.name == 0 {
        log.add(
          "type [\(number)], kind [\(kind)] is invalid for distilled base BTF; it is anonymous")
        throw .invalid
      }
    }
  }

  /// `btf_mark_embedded_composite_type_ids`. A chain that does not end is left (the kernel would not
  /// come back from it).
  private mutating func markEmbedded(_ module: borrowing BTFVerifier) {
    for index in module.offsets.indices {
      guard let type = module.entry(distilled.count &+ index), type.kind.isComposite else {
        continue
      }
      for element in 0..<type.count {
        var number = Int(module.word(at: type.offset &+ 16 &+ element &* 12))
        for _ in 0..<64 {
          guard let next = module.entry(number) else { break }
          if next.kind.isModifier {
            number = Int(next.word)
          } else if next.kind == .array {
            // It is the module's: the base has none.
            number = Int(module.word(at: next.offset &+ 12))
          } else {
            if number < distilled.count, next.kind.isComposite { isEmbedded[number] = true }
            break
          }
        }
      }
    }
  }

  /// `btf_relocate_map_distilled_base`.
  private mutating func map(_ log: inout BTFLog) throws(BTFError) {
    let (candidates, found) = matches()
    var count: [UInt32: Int] = [:]
    for (_, entry, _) in found where entry.kind.isComposite { count[entry.name, default: 0] += 1 }
    for (number, entry, first) in found {
      let needsSize: Bool
      switch entry.kind {
      case .integer, .float, .enumeration, .enumeration64: needsSize = true
      case .forward: needsSize = false
      default: needsSize = count[entry.name, default: 0] > 1
      }
      // What sizes are searched by has 31 bits.
      for candidate in candidates[first]
      where !needsSize || (distilled.size(candidate) ^ entry.word) << 1 == 0 {
        guard fits(candidate, entry) else { continue }
        if types[candidate] != 0 {
          let name = kernel.name(number).text
          log.add(
            "distilled base BTF type '\(name)' [\(candidate)], size \(entry.word) has multiple "
              + "candidates of the same size (ids [\(number), \(types[candidate])]) in base BTF")
          throw .invalid
        }
        types[candidate] = UInt32(truncatingIfNeeded: number)
        if let old = distilled.entry(candidate) { names[old.name] = entry.name }
      }
    }
  }

  /// The distilled types with a name, the largest first, and the types of the kernel that have one of the names,
  /// each with the place of the name in the list.
  private func matches() -> (
    candidates: [[Int]], found: [(number: Int, entry: BTFView.Entry, first: Int)]
  ) {
    var (slots, candidates): (NameSlots, [[Int]]) = (NameSlots(count: distilled.count), [])
    for number in 1..<max(1, distilled.count) {
      let name = distilled.name(number)
      let same = slots.find(name.hash) { distilled.name(candidates[$0][0]).equals(name) }
      if let same {
        candidates[same].append(number)
      } else {
        slots.add(candidates.count, name.hash)
        candidates.append([number])
      }
    }
    for place in candidates.indices {
      candidates[place].sort { distilled.size($0) > distilled.size($1) }
    }
    var found: [(number: Int, entry: BTFView.Entry, first: Int)] = []
    kernel.forEach { number, entry in
      switch entry.kind {
      case .integer, .float, .enumeration, .enumeration64, .forward, .structure, .union: break
      default: return
      }
      guard entry.name != 0, let name = kernel.strings.cString(at: Int(entry.name)) else { return }
      let first = slots.find(name.hash) { distilled.name(candidates[$0][0]).equals(name) }
      if let first { found.append((number, entry, first)) }
    }
    return (candidates, found)
  }

  /// Whether a type of the kernel with the same name may stand for a distilled one.
  private func fits(_ candidate: Int, _ type: BTFView.Entry) -> Bool {
    guard let old = distilled.entry(candidate) else { return false }
    switch old.kind {
    case .forward:
      switch type.kind {
      case .forward: return old.hasFlag == type.hasFlag
      case .structure: return !type.hasFlag
      case .union: return type.hasFlag
      default: return false
      }
    case .integer:
      return type.kind == .integer
        && kernel.word(at: type.offset &+ 12) >> 24 & 0xf
          == distilled.word(at: old.offset &+ 12) >> 24 & 0xf
    case .float: return type.kind == .float
    case .enumeration: return type.kind == .enumeration || type.kind == .enumeration64
    case .structure, .union: return !isEmbedded[candidate] || type.word == old.word
    default: return false
    }
  }

  /// `btf_relocate_rewrite_strs`: names of the module that are in the distilled base.
  private func checkNames(
    _ module: borrowing BTFVerifier, _ log: inout BTFLog
  ) throws(BTFError) {
    for index in module.offsets.indices {
      guard let type = module.entry(distilled.count &+ index) else { continue }
      try checkName(type.name, &log)
      let size = type.kind.elementSize
      guard size > 0, type.kind != .dataSection else { continue }
      for element in 0..<type.count {
        try checkName(module.word(at: type.offset &+ 12 &+ element &* size), &log)
      }
    }
  }

  private func checkName(_ offset: UInt32, _ log: inout BTFLog) throws(BTFError) {
    guard offset != 0, Int(offset) < distilled.strings.byteCount else { return }
    if names[offset, default: 0] == 0 {
      log.add("string '' [offset \(offset)] is not mapped to base BTF")
      throw .missing
    }
  }
}

extension BTFView {
  /// The name of a type, empty for none.
  @_lifetime(copy self)
  func name(_ number: Int) -> RawSpan {
    guard let entry = entry(number), let name = strings.cString(at: Int(entry.name)) else {
      return RawSpan()
    }
    return name
  }

  func size(_ number: Int) -> UInt32 { entry(number)?.word ?? 0 }
}
