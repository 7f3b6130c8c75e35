internal import ByteStorage
internal import ELFFormat

/// Names under which code that is built into a kernel is in /sys/module, where no module can be then:
/// what has parameters that can be seen there, or a version.
///
/// - Note: `param_sysfs_builtin` and `version_sysfs_builtin` (kernel/params.c), `struct kernel_param`
///   and `struct module_version_attribute` (include/linux/moduleparam.h, module.h), 4.2 to 7.2.
struct BuiltinModules: ~Escapable {
  let layout: ELFLayout
  let bytes: RawSpan
  /// What of the bytes lies in memory, by address.
  var regions: [MappedRegion]
  /// What an image without sections has in place of zeros; `nil` if nothing.
  let relocations: RelativeRelocations?
  private(set) var names: Set<String> = []

  /// Most records to read: kernels have about two thousand.
  static let mostRecords = 1 << 16

  /// Bytes of a record of `__param`: name, module, operations, permissions with level and flags, argument.
  var parameterSize: UInt64 { 4 * UInt64(layout.wordSize) + (layout.is64Bit ? 8 : 4) }

  /// Fails if the image has no table of parameters, or relocations fill it in.
  @_lifetime(copy elf) init?(_ elf: ELFFile) {
    guard let index = elf.sectionIndex(named: "__param"), let bytes = try? elf.source.all() else {
      return nil
    }
    self.bytes = bytes
    layout = elf.layout
    relocations = nil
    regions = elf.sections
      .filter { $0.flags.contains(.alloc) && $0.type != .nobits && $0.size > 0 }
      .sorted { $0.address < $1.address }
      .map {
        MappedRegion(
          offset: Int(clamping: $0.offset), address: $0.address, size: Int(clamping: $0.size))
      }
    let table = elf.sections[index]
    addParameters(at: table.address, count: table.size / parameterSize)
    guard !names.isEmpty else { return nil }
    guard let index = elf.sectionIndex(named: "__modver") else { return }
    let versions = elf.sections[index]
    for number
      in 0..<min(
        versions.size / UInt64(layout.wordSize), UInt64(BuiltinModules.mostRecords))
    {
      _ = addVersion(at: versions.address &+ number * UInt64(layout.wordSize))
    }
  }

  /// Finds the tables of an image without sections by their form; fails if they are not found.
  ///
  /// - Parameters:
  ///   - bytes: The image.
  ///   - layout: Its word size and byte order.
  ///   - regions: Where it lies; empty if that is not known.
  @_lifetime(copy bytes)
  init?(searching bytes: RawSpan, _ layout: ELFLayout, _ regions: [MappedRegion]) {
    self.bytes = bytes
    self.layout = layout
    self.regions = regions.sorted { $0.address < $1.address }
    let found = layout.is64Bit ? RelativeRelocations(searching: bytes, layout.order) : nil
    relocations = found?.isEmpty ?? true ? nil : found
    if regions.isEmpty, let start = found?.start(of: bytes, filling: nil, layout.order) {
      self.regions = [MappedRegion(offset: 0, address: start, size: bytes.byteCount)]
    }
    var known = parameterTable()
    if known == nil, regions.isEmpty, !self.regions.isEmpty {
      // Where pointers are in place, what looks like relocations is something else.
      self.regions = []
      known = parameterTable()
    }
    guard let table = known else { return nil }
    addParameters(
      at: table.lowerBound, count: (table.upperBound &- table.lowerBound) / parameterSize)
    guard !names.isEmpty else { return nil }
    addVersions(after: table.upperBound)
  }

  private mutating func addParameters(at start: UInt64, count: UInt64) {
    for number in 0..<min(count, UInt64(BuiltinModules.mostRecords)) {
      let record = start &+ number * parameterSize
      guard let pointer = word(at: record), let name = string(at: pointer) else { continue }
      // What has no permissions is not shown.
      guard let place = offset(of: record &+ 3 * UInt64(layout.wordSize)),
        layout.half(bytes, at: place) != 0
      else { continue }
      names.insert(name.firstIndex(of: ".").map { String(name[..<$0]) } ?? "kernel")
    }
  }

  /// Adds what a word of `__modver` belongs to: records begin with a pointer to the attribute's name, which
  /// is `version`; up to 5.10 the section has pointers to them.
  ///
  /// - Returns: Whether a record is there.
  mutating func addVersion(at place: UInt64) -> Bool {
    let word = UInt64(layout.wordSize)
    guard let target = self.word(at: place) else { return false }
    var record: UInt64?
    if string(at: target) == "version" {
      record = place
    } else if let inner = self.word(at: target), string(at: inner) == "version" {
      record = target
    }
    // The attribute: name, mode, and five functions.
    guard let record, let pointer = self.word(at: record &+ 7 * word),
      let name = string(at: pointer)
    else { return false }
    names.insert(name)
    return true
  }

  func offset(of address: UInt64) -> Int? {
    let low = regions.partitionIndex { $0.address <= address }
    guard low > 0, let inside = Int(exactly: address - regions[low - 1].address),
      inside < regions[low - 1].size
    else { return nil }
    let (offset, isBeyond) = regions[low - 1].offset.addingReportingOverflow(inside)
    return isBeyond ? nil : offset
  }

  func word(at address: UInt64) -> UInt64? {
    guard let place = offset(of: address), let stored = layout.word(bytes, at: place) else {
      return nil
    }
    return stored == 0 ? relocations?.pointer(at: address) ?? 0 : stored
  }

  /// The text at an address, if it is one that could be a name.
  func string(at address: UInt64) -> String? {
    guard let place = offset(of: address), let text = bytes.cString(at: place, limit: 128),
      text.byteCount > 0
    else { return nil }
    for index in 0..<text.byteCount {
      guard let byte = text.byte(at: index), byte > 0x20, byte < 0x7f else { return nil }
    }
    return text.text
  }
}
