import ByteStorage
import ELFFormat
import ModuleConversion

extension FuzzTargets {
  /// Converting a damaged module gives an error, or a module whose other sections are unchanged.
  static func convert(_ bytes: RawSpan) {
    for target in ConversionRequest.Target.allCases {
      var request = ConversionRequest(target)
      request.signature = .dropped
      request.dropsUnrepresentable = true
      guard let result = try? ModuleConverter.convert(bytes, request) else { continue }
      compareOthers(bytes, result.bytes.span.bytes)
      use(result.notices.count)
    }
    let writer = ModpostWriter(SymversLookup(.init()), tables: .asFound)
    use((try? writer.source(for: bytes))?.count ?? 0)
    use((try? writer.object(for: bytes, named: "m", structure: nil))?.count ?? 0)
  }

  private static func compareOthers(_ old: RawSpan, _ new: RawSpan) {
    guard let before = try? ELFFile(ByteSource(old)), let after = try? ELFFile(ByteSource(new))
    else {
      fatalError("the result is no ELF file")
    }
    var other = 1
    for section in before.sections.dropFirst() {
      let name = before.name(of: section).text
      if name.hasPrefix("__version") { continue }
      while other < after.sections.count,
        after.name(of: after.sections[other]).text.hasPrefix("__version")
      {
        other += 1
      }
      guard other < after.sections.count else { fatalError("a section is gone") }
      let found = after.sections[other]
      other += 1
      guard found.type == section.type, found.flags == section.flags else {
        fatalError("a section is another")
      }
      // Symbols and names of sections move with sections.
      if section.type == .symtab || section.type == .group { continue }
      if section.offset == before.sections[Int(before.header.sectionNameTableIndex)].offset {
        continue
      }
      guard let left = try? before.bytes(of: section), let right = try? after.bytes(of: found)
      else {
        continue
      }
      guard left.equals(right) else { fatalError("a section changed") }
    }
  }
}
