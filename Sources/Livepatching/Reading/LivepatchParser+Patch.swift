internal import ByteStorage
internal import ELFFormat

// What is patched: the functions, and the objects as klp-build writes them.
extension LivepatchParser {
  mutating func readPatch(into patch: inout Livepatch) {
    readFunctionNames()
    if let (index, name) = carrierSection {
      patch.carrier = .section(name)
      readCarrier(index, into: &patch)
    } else if let place = findPatch() {
      patch.carrier = .structures
      readStructures(place, into: &patch)
    }
  }

  private mutating func readFunctionNames() {
    let symbols = pointers.symbols
    for index in 0..<symbols.count {
      guard let symbol = symbols.symbol(at: index), symbol.type == .function,
        symbol.sectionIndex != ELFSectionIndex.undefined, textSize < LivepatchParser.mostText
      else { continue }
      let name = symbols.name(of: symbol)
      let place = Place(section: Int(symbol.sectionIndex), offset: symbol.value)
      guard functionNames[place] == nil else { continue }
      textSize += name.byteCount
      functionNames[place] = (name.text, symbol.size)
    }
  }

  /// The function whose three fields begin at a place.
  mutating func function(_ section: Int, _ offset: UInt64) -> PatchedFunction {
    let word = UInt64(pointers.elf.layout.wordSize)
    var function = PatchedFunction()
    function.oldName = pointers.text(section, offset)
    textSize += function.oldName?.utf8.count ?? 0
    function.position = pointers.word(section, offset &+ 2 &* word)
    if let target = pointers.target(section, offset &+ word) {
      function.hasNewFunction = true
      if let index = target.section,
        let found = functionNames[Place(section: index, offset: target.offset)]
      {
        function.newName = found.name
        function.newSize = found.size
      } else if let symbol = pointers.symbols.symbol(at: target.symbol) {
        let name = pointers.symbols.name(of: symbol)
        function.newName = name.byteCount == 0 ? nil : name.text
      }
    }
    return function
  }

  /// The callbacks whose pointers begin at a place.
  mutating func callbacks(_ section: Int, _ offset: UInt64) -> [PatchedObject.Callback] {
    let word = UInt64(pointers.elf.layout.wordSize)
    return PatchedObject.Callback.allCases.enumerated().filter { number, _ in
      pointers.target(section, offset &+ UInt64(number) &* word) != nil
    }.map(\.element)
  }

  /// Most functions of a module: hundreds are many.
  static let mostFunctions = 1 << 18

  /// klp-build's objects: `struct klp_object_ext`, with pointers to `struct klp_func_ext`.
  ///
  /// | field of an object | word | field of a function | word |
  /// |---|---|---|---|
  /// | name | 0 | old_name | 0 |
  /// | funcs | 1 | new_func | 1 |
  /// | callbacks | 2 to 5 | sympos | 2 |
  /// | post_unpatch_enabled | 6 | | |
  /// | nr_funcs (32 bits) | 7 | | |
  ///
  /// - Note: include/linux/livepatch_external.h, 7.3.
  private mutating func readCarrier(_ section: Int, into patch: inout Livepatch) {
    let elf = pointers.elf
    let word = UInt64(elf.layout.wordSize)
    let size = 8 * word
    let count = elf.sections[section].size / size
    var total = 0
    for number in 0..<min(count, 4096) {
      let start = number * size
      var object = PatchedObject()
      object.name = pointers.text(section, start)
      object.callbacks = callbacks(section, start + 2 * word)
      let raw = pointers.word(section, start + 7 * word)
      let functions = elf.layout.order == .big && word == 8 ? raw >> 32 : raw & 0xffff_ffff
      if let target = pointers.target(section, start + word), let list = target.section {
        let room = elf.sections[list].size / (3 * word)
        for index in 0..<min(functions, room) {
          guard total < LivepatchParser.mostFunctions, textSize < LivepatchParser.mostText else {
            patch.omissions.append(.init(code: .functions, count: total))
            break
          }
          total += 1
          object.functions.append(function(list, target.offset &+ index &* 3 &* word))
        }
      }
      patch.objects.append(object)
    }
    if count > 4096 { patch.omissions.append(.init(code: .objects, count: 4096)) }
  }
}
