internal import ByteStorage
internal import ELFFormat

/// Livepatches written by hand: `struct klp_patch` and what it points to.
///
/// Only the fields that its author fills in are at places that all kernels agree on; the sizes of
/// the structures depend on the configuration and are inferred from where the pointers are.
///
/// | `klp_patch` | word | `klp_object` | word | `klp_func` | word |
/// |---|---|---|---|---|---|
/// | mod | 0 | name | 0 | old_name | 0 |
/// | objs | 1 | funcs | 1 | new_func | 1 |
/// | states | 2 | callbacks | 2 to 5 | old_sympos | 2 |
/// | replace (bool) | 3 | | | | |
///
/// - Note: include/linux/livepatch.h, 5.10 to 7.3.
extension LivepatchParser {
  /// Finds the `klp_patch`: a pointer to the module's own structure, and next to it one to an array
  /// whose first element points to functions.
  mutating func findPatch() -> Place? {
    let word = UInt64(pointers.elf.layout.wordSize)
    for (index, section) in pointers.elf.sections.enumerated() {
      guard section.type == .progbits, section.flags.contains([.alloc, .write]),
        !isNamed(section, ".gnu.linkonce.this_module")
      else { continue }
      for (offset, target) in pointers.all(index) {
        guard isThisModule(target), let objects = pointers.target(index, offset &+ word),
          let list = objects.section, isData(list), isObject(list, objects.offset)
        else { continue }
        return Place(section: index, offset: offset)
      }
    }
    return nil
  }

  private func isNamed(_ section: ELFSection, _ name: StaticString) -> Bool {
    pointers.elf.name(of: section).equals(name)
  }

  private func isThisModule(_ target: PointerMap.Target) -> Bool {
    guard let symbol = pointers.symbols.symbol(at: target.symbol) else { return false }
    if pointers.symbols.name(of: symbol).equals("__this_module") { return target.addend == 0 }
    guard let index = target.section, target.offset == 0 else { return false }
    return isNamed(pointers.elf.sections[index], ".gnu.linkonce.this_module")
  }

  private func isData(_ index: Int) -> Bool {
    let flags = pointers.elf.sections[index].flags
    return flags.contains(.alloc) && !flags.contains(.execInstructions)
  }

  private mutating func isObject(_ section: Int, _ offset: UInt64) -> Bool {
    let word = UInt64(pointers.elf.layout.wordSize)
    guard let functions = pointers.target(section, offset &+ word),
      let list = functions.section, isData(list)
    else { return false }
    if pointers.elf.sections[list].type == .nobits { return true }
    // An empty array has no pointers at all.
    let fields = pointers.offsets(list, functions.offset..<(functions.offset &+ 2 &* word))
    guard !fields.isEmpty else { return true }
    guard let new = pointers.target(list, functions.offset &+ word) else { return true }
    return new.section.map { !isData($0) } ?? true
  }

  mutating func readStructures(_ place: Place, into patch: inout Livepatch) {
    let word = UInt64(pointers.elf.layout.wordSize)
    guard let objects = pointers.target(place.section, place.offset &+ word),
      let section = objects.section
    else { return }
    patch.hasStates = pointers.target(place.section, place.offset &+ 2 &* word) != nil
    patch.replaces = pointers.firstByte(place.section, place.offset &+ 3 &* word) != 0
    let form = ArrayForm(fields: 6, usualSize: 21 * word)
    var total = 0
    for offset in elements(section, objects.offset, form) {
      var object = PatchedObject()
      object.name = pointers.text(section, offset)
      object.callbacks = callbacks(section, offset &+ 2 &* word)
      if let list = pointers.target(section, offset &+ word) {
        readFunctions(list, into: &object, &total)
      } else {
        object.hasFunctions = false
      }
      patch.objects.append(object)
      guard total < LivepatchParser.mostFunctions else {
        patch.omissions.append(.init(code: .functions, count: total))
        return
      }
    }
  }

  private mutating func readFunctions(
    _ target: PointerMap.Target, into object: inout PatchedObject, _ total: inout Int
  ) {
    let word = UInt64(pointers.elf.layout.wordSize)
    guard let section = target.section else { return }
    let form = ArrayForm(fields: 2, usualSize: 19 * word)
    for offset in elements(section, target.offset, form) {
      guard total < LivepatchParser.mostFunctions else { return }
      total += 1
      object.functions.append(function(section, offset))
    }
  }

  // MARK: Arrays of structures of unknown size

  /// What the elements of an array look like.
  private struct ArrayForm {
    /// Number of words at the start of an element that may be pointers.
    let fields: UInt64
    /// The usual size of an element, in bytes.
    let usualSize: UInt64
  }

  /// Offsets of the elements of an array, up to the element without pointers that ends it.
  private mutating func elements(_ section: Int, _ start: UInt64, _ form: ArrayForm) -> [UInt64] {
    guard section < pointers.elf.sections.count, pointers.elf.sections[section].type != .nobits
    else { return [] }
    let word = UInt64(pointers.elf.layout.wordSize)
    let known = objectSize(section, start)
    let end = known.map { start &+ $0 } ?? pointers.elf.sections[section].size
    guard start < end else { return [] }
    let places = pointers.offsets(section, start..<end)
    guard let first = places.first, first - start < form.fields * word else { return [] }
    let sizes = [form.usualSize] + stride(from: 8 * word, through: 96 * word, by: Int(word))
    for size in sizes {
      if let known, known % size != 0 { continue }
      let found = elements(places, start, size, form, word)
      guard let last = found.last else { continue }
      // The last element is the empty one, where the size of the whole is known.
      if let known, last &- start &+ 2 &* size != known { continue }
      return found
    }
    // One element is the same whatever its size.
    return [start]
  }

  /// The elements if they had a size; empty if there are pointers where no field is one.
  private func elements(
    _ places: [UInt64], _ start: UInt64, _ size: UInt64, _ form: ArrayForm, _ word: UInt64
  ) -> [UInt64] {
    var found: [UInt64] = []
    var isComplete = true
    for place in places {
      let (number, field) = (place - start).quotientAndRemainder(dividingBy: size)
      if number >= UInt64(found.count) {
        // A gap is the empty element that ends the array; what follows is something else.
        guard number == UInt64(found.count), isComplete else { break }
        found.append(start &+ number &* size)
        isComplete = false
      }
      guard field % word == 0, field / word < form.fields else { return [] }
      // An element without both of its first fields would be the last.
      if field / word < 2 { isComplete = true }
    }
    return isComplete ? found : []
  }

  /// Size of the object that begins at a place, as its symbol gives it.
  private mutating func objectSize(_ section: Int, _ offset: UInt64) -> UInt64? {
    if objectSizes.isEmpty { readObjectSizes() }
    guard let size = objectSizes[Place(section: section, offset: offset)],
      section < pointers.elf.sections.count, offset <= pointers.elf.sections[section].size,
      size <= pointers.elf.sections[section].size - offset
    else { return nil }
    return size
  }

  private mutating func readObjectSizes() {
    let symbols = pointers.symbols
    for index in 0..<symbols.count {
      guard let symbol = symbols.symbol(at: index), symbol.type == .object, symbol.size > 0 else {
        continue
      }
      objectSizes[Place(section: Int(symbol.sectionIndex), offset: symbol.value)] = symbol.size
    }
  }
}

extension PointerMap {
  /// A byte of the module's data; 0 where there is none.
  func firstByte(_ section: Int, _ offset: UInt64) -> UInt8 {
    guard section < elf.sections.count, let start = Int(exactly: offset),
      let bytes = try? elf.bytes(of: elf.sections[section])
    else { return 0 }
    return bytes.byte(at: start) ?? 0
  }
}
