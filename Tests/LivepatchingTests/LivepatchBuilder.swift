import ByteStorage
import ELFFormat
import TestSupport

/// Builds livepatch modules for 64-bit machines, x86-64 if nothing else is set.
struct LivepatchBuilder {
  struct Function {
    var old: String?
    var position: UInt64 = 0
    var hasNew = true
  }

  struct Object {
    var name: String?
    var functions: [Function]
    var callbacks = 0
    /// Whether it points to an array of functions.
    var hasFunctions = true
  }

  struct Section {
    var name: String
    /// Symbols by whole name, and whether they are marked.
    var symbols: [(String, isMarked: Bool)]
  }

  enum Form { case klpBuild, structures }

  var form = Form.structures
  var objects: [Object] = []
  var sections: [Section] = []
  var isMarked = true
  /// Sizes of `struct klp_object` and `struct klp_func`.
  var (objectSize, functionSize) = (168, 152)
  /// Whether arrays have symbols with their sizes.
  var hasSymbols = true
  /// Size of the new functions, if they have a symbol of their own.
  var newSize: UInt64?
  var (order, machine) = (ByteOrder.little, ELFMachine.x86_64)

  /// A livepatch of functions of vmlinux.
  init(_ functions: (String, UInt64)...) {
    objects = [
      Object(name: nil, functions: functions.map { Function(old: $0.0, position: $0.1) })
    ]
  }

  func build() -> [UInt8] {
    var module = ModuleBuilder("fix", vermagic: "7.3.0 SMP mod_unload ")
    if isMarked { module.setInfo("livepatch", "Y") }
    (module.layout, module.machine) = (ELFLayout(is64Bit: true, order: order), machine)
    var elf = module.elf()
    let text = 1
    let this = elf.sections.firstIndex { $0.name == ".gnu.linkonce.this_module" } ?? 0
    var strings = ByteBuilder()
    strings.put(cString: "")
    var data = ByteBuilder(order)
    var pointers: [(place: Int, target: Target)] = []
    var arrays: [(name: String, offset: Int, size: Int)] = []
    if form == .structures {
      put(&data, &strings, &pointers, &arrays)
    }
    let (functions, external) = klpBuild(&strings, &pointers)
    let stringsIndex = elf.addSection(".rodata", bytes: strings.bytes)
    let stringsSymbol = elf.addSymbol("", section: stringsIndex, binding: 0, type: 3)
    let textSymbol = elf.addSymbol("", section: text, binding: 0, type: 3)
    let thisSymbol = elf.addSymbol("__this_module", section: this + 1, size: 1280, type: 1)
    if let newSize {
      elf.addSymbol("new", section: text, value: 64, size: newSize, type: 2)
    }
    elf.addUndefinedSymbol("klp_enable_patch")
    let marked = addMarkedSymbols(to: &elf)
    func relocations(_ own: Int, in part: Part) -> [ELFBuilder.Relocation] {
      pointers.filter { $0.target.part == part }.map { place, target in
        switch target.to {
        case .this: .init(offset: UInt64(place), symbol: thisSymbol, type: 1)
        case .text:
          .init(
            offset: UInt64(place), symbol: textSymbol, type: 1, addend: newSize == nil ? 0 : 64)
        case .string(let offset):
          .init(offset: UInt64(place), symbol: stringsSymbol, type: 1, addend: Int64(offset))
        case .data(let offset):
          .init(offset: UInt64(place), symbol: own, type: 1, addend: Int64(offset))
        }
      }
    }
    if form == .structures {
      let index = elf.addSection(".data", flags: [.alloc, .write], bytes: data.bytes)
      let own = elf.addSymbol("", section: index, binding: 0, type: 3)
      if hasSymbols {
        for (name, offset, size) in arrays {
          elf.addSymbol(
            name, section: index, value: UInt64(offset), size: UInt64(size), type: 1)
        }
      }
      elf.addRelocations(relocations(own, in: .data), forSection: index)
    } else {
      elf.addUndefinedSymbol("klp_find_section_by_name")
      let list = elf.addSection(".init.klp_funcs", bytes: functions)
      let own = elf.addSymbol("", section: list, binding: 0, type: 3)
      elf.addRelocations(relocations(own, in: .functions), forSection: list)
      let index = elf.addSection(".init.klp_objects", bytes: external)
      elf.addRelocations(relocations(own, in: .objects), forSection: index)
    }
    addRelocationSections(marked, forSection: text, to: &elf)
    return elf.build()
  }

  /// Adds the symbols that relocations name.
  private func addMarkedSymbols(to elf: inout ELFBuilder) -> [String: Int] {
    var marked: [String: Int] = [:]
    for section in sections {
      for (name, isMarked) in section.symbols where marked[name] == nil {
        marked[name] = elf.addSymbol(name, section: isMarked ? 0xff20 : 0xfff1, binding: 2, type: 2)
      }
    }
    return marked
  }

  /// Adds the sections of relocations that the kernel resolves.
  private func addRelocationSections(
    _ marked: [String: Int], forSection text: Int, to elf: inout ELFBuilder
  ) {
    for section in sections {
      let entries = section.symbols.enumerated().map { number, symbol in
        ELFBuilder.Relocation(
          offset: UInt64(8 * number), symbol: marked[symbol.0] ?? 0, type: 0)
      }
      let table = elf.addRelocations(entries, forSection: text)
      elf.sections[table - 1].name = section.name
      elf.sections[table - 1].flags = ELFSectionFlags(rawValue: 0x0010_0002)
    }
  }

  enum Part { case data, functions, objects }

  struct Target {
    enum Place { case this, text, string(Int), data(Int) }
    let part: Part
    let to: Place
  }

  private func put(
    _ data: inout ByteBuilder, _ strings: inout ByteBuilder,
    _ pointers: inout [(place: Int, target: Target)],
    _ arrays: inout [(name: String, offset: Int, size: Int)]
  ) {
    let list = 256
    pointers.append((0, Target(part: .data, to: .this)))
    pointers.append((8, Target(part: .data, to: .data(list))))
    arrays.append(("patch", 0, 200))
    arrays.append(("objs", list, (objects.count + 1) * objectSize))
    var next = list + (objects.count + 1) * objectSize
    for (number, object) in objects.enumerated() {
      let place = list + number * objectSize
      if let name = object.name {
        pointers.append((place, Target(part: .data, to: .string(strings.count))))
        strings.put(cString: name)
      }
      if object.hasFunctions {
        pointers.append((place + 8, Target(part: .data, to: .data(next))))
      }
      for callback in 0..<object.callbacks {
        pointers.append((place + 16 + 8 * callback, Target(part: .data, to: .text)))
      }
      let size = (object.functions.count + 1) * functionSize
      arrays.append(("funcs", next, size))
      for (index, function) in object.functions.enumerated() {
        put(function, at: next + index * functionSize, .data, &strings, &pointers)
        var position = ByteBuilder(order)
        position.put(function.position)
        data.set(position.bytes, at: next + index * functionSize + 16)
      }
      next += size
    }
    data.pad(to: next)
  }

  private func put(
    _ function: Function, at place: Int, _ part: Part, _ strings: inout ByteBuilder,
    _ pointers: inout [(place: Int, target: Target)]
  ) {
    if let old = function.old {
      pointers.append((place, Target(part: part, to: .string(strings.count))))
      strings.put(cString: old)
    }
    if function.hasNew { pointers.append((place + 8, Target(part: part, to: .text))) }
  }

  private func klpBuild(
    _ strings: inout ByteBuilder, _ pointers: inout [(place: Int, target: Target)]
  ) -> (functions: [UInt8], objects: [UInt8]) {
    guard form == .klpBuild else { return ([], []) }
    var (functions, external) = (ByteBuilder(order), ByteBuilder(order))
    for (number, object) in objects.enumerated() {
      let place = number * 64
      if let name = object.name {
        pointers.append((place, Target(part: .objects, to: .string(strings.count))))
        strings.put(cString: name)
      }
      pointers.append((place + 8, Target(part: .objects, to: .data(functions.count))))
      external.pad(to: place + 56)
      external.put(UInt32(object.functions.count))
      external.pad(to: place + 64)
      for function in object.functions {
        put(function, at: functions.count, .functions, &strings, &pointers)
        functions.pad(to: functions.count + 16)
        functions.put(function.position)
      }
    }
    return (functions.bytes, external.bytes)
  }
}
