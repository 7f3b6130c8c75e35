internal import ByteStorage
internal import ELFFormat
internal import ModuleFiles

/// Names under which code that is built into a kernel is in /sys/module, where no module can be then:
/// what has parameters that can be seen there, or a version.
///
/// - Note: `param_sysfs_builtin` and `version_sysfs_builtin` (kernel/params.c), `struct kernel_param`
///   and `struct module_version_attribute` (include/linux/moduleparam.h, module.h), 4.2 to 7.2.
struct BuiltinModules: ~Escapable {
  private let elf: ELFFile
  private let bytes: RawSpan
  /// Sections with bytes, by address.
  private let regions: [ELFSection]
  private(set) var names: Set<String> = []

  /// Most records to read: kernels have about two thousand.
  private static let mostRecords = 1 << 16

  /// Fails if the image has no table of parameters, or relocations fill it in.
  @_lifetime(copy elf) init?(_ elf: ELFFile) {
    self.elf = elf
    guard let index = elf.sectionIndex(named: "__param"), let bytes = try? elf.source.all() else {
      return nil
    }
    self.bytes = bytes
    regions = elf.sections
      .filter { $0.flags.contains(.alloc) && $0.type != .nobits && $0.size > 0 }
      .sorted { $0.address < $1.address }
    addParameters(elf.sections[index])
    guard !names.isEmpty else { return nil }
    if let index = elf.sectionIndex(named: "__modver") { addVersions(elf.sections[index]) }
  }

  private mutating func addParameters(_ section: ELFSection) {
    let word = UInt64(elf.layout.wordSize)
    // Name, module, operations, permissions with level and flags, argument.
    let size = 4 * word + (word == 8 ? 8 : 4)
    for number in 0..<min(section.size / size, UInt64(BuiltinModules.mostRecords)) {
      let record = section.address &+ number * size
      guard let pointer = self.word(at: record), let name = string(at: pointer) else { continue }
      // What has no permissions is not shown.
      guard let place = offset(of: record &+ 3 * word), elf.layout.half(bytes, at: place) != 0
      else { continue }
      names.insert(name.firstIndex(of: ".").map { String(name[..<$0]) } ?? "kernel")
    }
  }

  /// Records begin with a pointer to the attribute's name, which is `version`; up to 5.10 the section
  /// has pointers to them.
  private mutating func addVersions(_ section: ELFSection) {
    let word = UInt64(elf.layout.wordSize)
    for number in 0..<min(section.size / word, UInt64(BuiltinModules.mostRecords)) {
      let place = section.address &+ number * word
      guard let target = self.word(at: place) else { continue }
      var record: UInt64?
      if string(at: target) == "version" {
        record = place
      } else if let inner = self.word(at: target), string(at: inner) == "version" {
        record = target
      }
      // The attribute: name, mode, and five functions.
      guard let record, let pointer = self.word(at: record &+ 7 * word),
        let name = string(at: pointer)
      else { continue }
      names.insert(name)
    }
  }

  private func offset(of address: UInt64) -> Int? {
    let low = regions.partitionIndex { $0.address <= address }
    guard low > 0, address - regions[low - 1].address < regions[low - 1].size else { return nil }
    return Int(exactly: regions[low - 1].offset &+ (address - regions[low - 1].address))
  }

  private func word(at address: UInt64) -> UInt64? {
    offset(of: address).flatMap { elf.layout.word(bytes, at: $0) }
  }

  /// The text at an address, if it is one that could be a name.
  private func string(at address: UInt64) -> String? {
    guard let place = offset(of: address), let text = bytes.cString(at: place, limit: 128),
      text.byteCount > 0
    else { return nil }
    for index in 0..<text.byteCount {
      guard let byte = text.byte(at: index), byte > 0x20, byte < 0x7f else { return nil }
    }
    return text.text
  }

  /// The names in `modules.builtin.modinfo`: strings `NAME.key=value`. Of parameters it does not say
  /// whether they can be seen; the core's own are not in it.
  static func names(inModinfo text: RawSpan) -> Set<String> {
    var (names, start): (Set<String>, Int) = (["kernel"], 0)
    while start < text.byteCount, let string = text.cString(at: start) {
      start += string.byteCount + 1
      guard let dot = string.firstIndex(of: UInt8(ascii: ".")),
        let rest = string.suffix(from: dot + 1),
        rest.starts(with: "parmtype=") || rest.starts(with: "version=")
      else { continue }
      if let name = string.slice(0..<dot) { names.insert(name.text) }
    }
    return names
  }
}

extension OpenKernel {
  /// Names that built-in code has in /sys/module: by the image's tables, else by
  /// `modules.builtin.modinfo`.
  ///
  /// - Returns: `nil` if nothing says so.
  package func builtinModules() -> Set<String>? {
    if let names = file.builtinModules() { return names }
    guard let tree = try? facts().moduleTree else { return nil }
    var buffer = FileBuffer(limit: 64 << 20)
    guard (try? buffer.open("\(tree)/modules.builtin.modinfo")) != nil,
      let text = try? buffer.source.all()
    else { return nil }
    // The file has the names of objects, of which some (mm/kfence/core.o) have another in /sys/module:
    // a kernel loads the modules that it comes with.
    let own = ModuleTree(tree).paths.map { ModulePaths.moduleName(ofFile: $0) }
    return BuiltinModules.names(inModinfo: text).subtracting(own)
  }
}

extension KernelFile {
  fileprivate borrowing func builtinModules() -> Set<String>? {
    guard form == .linkedImage, let source = try? source(), let elf = try? ELFFile(source) else {
      return nil
    }
    return BuiltinModules(elf)?.names
  }
}
