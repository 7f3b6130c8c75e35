import ByteStorage
import ELFFormat
import Modpost
import VersionConversion

extension FuzzTargets {
  /// Converting a damaged module gives an error, or a module whose other sections are unchanged.
  static func convert(_ bytes: RawSpan) {
    for target in ConversionRequest.Target.allCases {
      var request = ConversionRequest(target)
      request.signature = .dropped
      request.dropsUnrepresentable = true
      guard let result = found(try ModuleConverter.convert(bytes, request)) else { continue }
      // A record of 5 bytes may become one of 64; parts are aligned to 2 MiB at most.
      guard result.bytes.count <= bytes.byteCount * 16 + (16 << 20) else {
        fatalError("the result is far too large")
      }
      if result.isChanged { ConversionComparison.check(bytes, result.bytes.rawSpan) }
      use(result.bytes)
      use("\(result.notices)")
    }
    let writer = ModpostWriter(SymversLookup(.init()), tables: .asFound)
    use(found(try writer.source(for: bytes)) ?? [])
    use(found(try writer.object(for: bytes, named: "m", structure: nil)) ?? [])
  }
}

/// Compares a module with what it was before its version tables were converted.
private struct ConversionComparison: ~Escapable {
  let before, after: ELFFile
  /// New index of each section that is not a version table, by the old one.
  private var newIndices: [Int: Int] = [0: 0]

  /// Ends the process if anything but the version tables differs.
  static func check(_ old: RawSpan, _ new: RawSpan) {
    guard let before = try? ELFFile(ByteSource(old)), let after = try? ELFFile(ByteSource(new))
    else {
      fatalError("the result is no ELF file")
    }
    let comparison = ConversionComparison(before, after)
    comparison.checkSections()
    comparison.checkSymbols()
  }

  @_lifetime(copy before, copy after)
  private init(_ before: ELFFile, _ after: ELFFile) {
    self.before = before
    self.after = after
    var other = 1
    for index in before.sections.indices.dropFirst() {
      if Self.isTable(before.name(of: before.sections[index])) { continue }
      while other < after.sections.count, Self.isTable(after.name(of: after.sections[other])) {
        other += 1
      }
      guard other < after.sections.count else { fatalError("a section is gone") }
      newIndices[index] = other
      other += 1
    }
  }

  private static func isTable(_ name: RawSpan) -> Bool {
    name.equals("__versions") || name.equals("__version_ext_crcs")
      || name.equals("__version_ext_names")
  }

  private func isSameReference(_ old: Int, _ new: Int) -> Bool {
    old >= before.sections.count ? old == new : newIndices[old] == new
  }

  private func checkSections() {
    for (old, new) in newIndices where old != 0 {
      let (section, found) = (before.sections[old], after.sections[new])
      guard before.name(of: section).equals(after.name(of: found)), found.type == section.type,
        found.flags == section.flags, found.address == section.address,
        found.alignment == section.alignment, found.entrySize == section.entrySize
      else { fatalError("a section is another") }
      if section.type == .null { continue }
      let isNames = old == Int(before.header.sectionNameTableIndex)
      guard isNames || section.size == found.size else { fatalError("a section's size changed") }
      let namesSection =
        section.type == .rel || section.type == .rela || section.flags.contains(.infoLink)
      guard isSameReference(Int(section.link), Int(found.link)),
        namesSection
          ? isSameReference(Int(section.info), Int(found.info)) : section.info == found.info
      else { fatalError("a section refers to another") }
      // Symbols, groups and names of sections move with sections.
      if isNames || section.type == .symtab || section.type == .group { continue }
      guard let left = try? before.bytes(of: section) else { continue }
      guard let right = try? after.bytes(of: found), left.equals(right) else {
        fatalError("a section changed")
      }
    }
  }

  private func checkSymbols() {
    guard let left = try? before.symbolTable() else { return }
    guard let right = try? after.symbolTable(), left.count == right.count else {
      fatalError("symbols are gone")
    }
    for index in 0..<left.count {
      guard let old = left.symbol(at: index), let new = right.symbol(at: index) else {
        fatalError("a symbol is gone")
      }
      let section = Int(old.sectionIndex)
      let name = left.name(of: old)
      guard name.equals(right.name(of: new)) else { fatalError("a symbol has another name") }
      let isInside = section < before.sections.count
      if isInside && newIndices[section] == nil || name.starts(with: "____version") { continue }
      guard isSameReference(section, Int(new.sectionIndex)), old.value == new.value,
        old.size == new.size, old.info == new.info
      else { fatalError("a symbol changed") }
    }
  }
}
