internal import ByteStorage
internal import ELFFormat
internal import Kallsyms
internal import ModuleFiles
internal import SymbolTables

/// Names that built-in code has in /sys/module, where no module can be then.
package struct BuiltinNames: Sendable, Hashable {
  /// The names that it has.
  package let certain: Set<String>
  /// Names of built-in code with parameters, which may have another in /sys/module, or none; or of drivers,
  /// which may not be registered.
  package let possible: Set<String>
  /// Names that drivers have on guests of Xen or Hyper-V only.
  package let guestOnly: Set<String>
  /// Whether there are no others.
  package let isComplete: Bool

  /// The names that a kernel itself shows.
  package init(_ names: Set<String>) { self.init(names, nil) }

  /// The names in the tables and the code of an image.
  init(_ tables: Set<String>, _ drivers: BuiltinDrivers?) {
    certain = tables.union(drivers?.certain ?? [])
    possible = (drivers?.possible ?? []).subtracting(certain)
    guestOnly = (drivers?.guestOnly ?? []).subtracting(certain).subtracting(possible)
    isComplete = true
  }

  /// The names in `modules.builtin.modinfo`: strings `NAME.key=value`. These are names of objects. Their
  /// parameters have them, too, unless their source defines `MODULE_PARAM_PREFIX` (kernel/rcu/tree.c:
  /// `rcutree`), and are shown unless they have no permissions; the core's own are not in the file.
  ///
  /// - Parameters:
  ///   - text: The content of the file.
  ///   - own: Names of modules that come with the kernel, which loads them.
  init(modinfo text: RawSpan, loading own: Set<String>) {
    var (certain, possible): (Set<String>, Set<String>) = (["kernel"], [])
    var start = 0
    while start < text.byteCount, let string = text.cString(at: start) {
      start += string.byteCount + 1
      guard let dot = string.firstIndex(of: UInt8(ascii: ".")),
        let name = string.slice(0..<dot), let rest = string.suffix(from: dot + 1)
      else { continue }
      if rest.starts(with: "version=") {
        certain.insert(name.text)
      } else if rest.starts(with: "parmtype=") {
        possible.insert(name.text)
      }
    }
    self.certain = certain.subtracting(own)
    self.possible = possible.subtracting(own).subtracting(certain)
    guestOnly = []
    isComplete = false
  }
}

extension OpenKernel {
  /// Names that built-in code has in /sys/module: by this directory of the running kernel, by the image's tables,
  /// or else by `modules.builtin.modinfo`.
  ///
  /// - Returns: `nil` if nothing says so.
  package func builtinModules() -> BuiltinNames? {
    if let names = running?.builtinNames { return BuiltinNames(names) }
    if let names = file.builtinModules(try? symbols().table) ?? builtinModulesByForm() {
      return names
    }
    guard let tree = try? facts().moduleTree else { return nil }
    var buffer = FileBuffer(limit: 64 << 20)
    guard (try? buffer.open("\(tree)/modules.builtin.modinfo")) != nil,
      let text = try? buffer.source.all()
    else { return nil }
    let own = ModuleTree(tree).paths.map { ModulePaths.moduleName(ofFile: $0) }
    return BuiltinNames(modinfo: text, loading: Set(own))
  }

  private func builtinModulesByForm() -> BuiltinNames? {
    guard file.lacksSections, let facts = try? facts(), let layout = facts.layout?.value
    else { return nil }
    return file.builtinModules(layout, facts.machine?.value, try? symbols())
  }
}

extension KernelFile {
  fileprivate borrowing func builtinModules(_ table: SymbolTable?) -> BuiltinNames? {
    guard form == .linkedImage, let source = try? source(), let elf = try? ELFFile(source),
      let modules = BuiltinModules(elf)
    else { return nil }
    return BuiltinNames(
      modules.names, table.map { BuiltinDrivers(modules, $0, elf.header.machine) })
  }

  /// The names in an image without sections or their names.
  fileprivate borrowing func builtinModules(
    _ layout: ELFLayout, _ machine: ELFMachine?, _ symbols: KernelSymbolSource?
  ) -> BuiltinNames? {
    guard let source = try? source(), let bytes = try? source.all() else { return nil }
    var regions =
      symbols?.tables?.imageStart.map {
        [MappedRegion(offset: 0, address: $0, size: bytes.byteCount)]
      } ?? []
    if form == .linkedImage, let elf = try? ELFFile(source), let image = try? KallsymsImage(elf) {
      regions = image.segments
    }
    guard let modules = BuiltinModules(searching: bytes, layout, regions) else { return nil }
    var drivers: BuiltinDrivers?
    if let machine, let symbols { drivers = BuiltinDrivers(modules, symbols.table, machine) }
    return BuiltinNames(modules.names, drivers)
  }
}
