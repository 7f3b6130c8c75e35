internal import ByteStorage
internal import ELFFormat
internal import ModuleFiles

/// A module's sections as the loader sees them: in the kernel's word size and byte order, unchecked.
struct SectionMap: ~Escapable {
  let source: ByteSource
  /// Length of the file as the loader counts it: without the signature.
  let length: Int
  let header: ELFHeader
  let sections: [ELFSection]
  /// Section names; empty until the table is known to be sound.
  var names: RawSpan

  @_lifetime(copy source)
  init(_ source: ByteSource, length: Int, header: ELFHeader, sections: [ELFSection]) {
    self.source = source
    self.length = length
    self.header = header
    self.sections = sections
    names = RawSpan()
  }

  var layout: ELFLayout { header.layout }

  /// The architecture, whichever of its numbers the header has.
  var machine: ELFMachine { header.machine.inKernel }

  /// Whether a section's bytes lie in the file: `validate_section_offset`.
  func isInside(_ section: ELFSection) -> Bool {
    let (end, overflow) = section.offset.addingReportingOverflow(section.size)
    // Addresses are 32 bits wide on a 32-bit kernel, and wrap there.
    if overflow || (!layout.is64Bit && end > 0xffff_ffff) { return false }
    return end <= UInt64(length)
  }

  /// Whether the name of any section would begin after the last page of the file.
  var hasWildName: Bool {
    let table = Int(header.sectionNameTableIndex)
    guard sections.indices.contains(table) else { return false }
    let end = (UInt64(source.count) + 4095) & ~4095
    return sections.contains { sections[table].offset &+ UInt64($0.nameOffset) >= end }
  }

  /// Whether a section has a name.
  func isNamed(_ section: ELFSection, _ name: StaticString) -> Bool {
    guard let rest = names.suffix(from: Int(section.nameOffset)), rest.starts(with: name) else {
      return false
    }
    return rest.byte(at: name.utf8CodeUnitCount) == 0
  }

  /// The name of a section; empty if it has none, or a preposterous one.
  func name(of section: ELFSection) -> String {
    LogText.text(nameBytes(of: section))
  }

  /// The bytes of ``name(of:)``: names that are no text may differ in them only.
  func nameBytes(of section: ELFSection) -> [UInt8] {
    names.cString(at: Int(section.nameOffset), limit: 4096)?.array ?? []
  }

  /// `find_sec`: index of the first section that is allocated and has the name; 0 for none.
  func find(_ name: StaticString) -> Int {
    for index in sections.indices.dropFirst()
    where sections[index].flags.contains(.alloc) && isNamed(sections[index], name) { return index }
    return 0
  }

  /// Indices of all sections that have a name and pass a test.
  func all(_ name: StaticString, where isWanted: (ELFSection) -> Bool) -> [Int] {
    sections.indices.dropFirst().filter { isWanted(sections[$0]) && isNamed(sections[$0], name) }
  }

  /// A section that begins in the file; `nil` for index 0, which stands for none.
  private func found(_ index: Int) -> ELFSection? {
    guard sections.indices.dropFirst().contains(index), sections[index].offset <= UInt64(length)
    else { return nil }
    return sections[index]
  }

  /// The bytes at a section's offset, whatever its type; empty where they are not in the file.
  @_lifetime(copy self)
  func bytes(_ index: Int) -> RawSpan {
    guard let section = found(index), section.size <= UInt64(length) - section.offset,
      let span = try? source.bytes(at: section.offset, size: section.size, in: "section")
    else { return RawSpan() }
    return span
  }

  /// The bytes from a section's offset to the end of the file.
  @_lifetime(copy self)
  func bytesToEnd(_ index: Int) -> RawSpan {
    guard let section = found(index),
      let span = try? source.bytes(Int(section.offset)..<length, in: "section")
    else { return RawSpan() }
    return span
  }

  /// The name in the module structure at a section's offset. One that fills its field runs on into
  /// the structure, as it does for the kernel.
  func structureName(_ index: Int) -> (name: String, isTerminated: Bool) {
    let size = 64 - layout.wordSize
    var name: [UInt8] = []
    if let section = found(index), case let start = Int(section.offset) + 3 * layout.wordSize,
      let field = try? source.bytes(start..<max(start, min(length, start + 4096)), in: "name")
    {
      name = Array(field.array.prefix { $0 != 0 })
    }
    return (LogText.text(name), name.count < size)
  }

  /// The strings of a `.modinfo` section; none for index 0.
  @_lifetime(copy self)
  func moduleInfo(_ index: Int) -> ModuleInfo {
    guard let section = found(index) else { return ModuleInfo(RawSpan(), size: 0) }
    // A last value without a NUL runs on, as far as the file goes; a page of it is enough.
    let start = Int(section.offset)
    let size = Int(min(section.size, UInt64(length - start)))
    let exact = bytes(index)
    if size > 0, exact.byteCount == size, exact.byte(at: size - 1) == 0 {
      return ModuleInfo(exact, size: size)
    }
    guard let span = try? source.bytes(start..<min(length, start + size + 4096), in: ".modinfo")
    else { return ModuleInfo(RawSpan(), size: 0) }
    return ModuleInfo(span, size: size)
  }
}
