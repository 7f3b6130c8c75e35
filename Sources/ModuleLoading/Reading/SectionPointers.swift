internal import ELFFormat
internal import ModuleVersions

/// What a relocation writes into a place.
struct SectionPointer {
  /// Index of the symbol that it points to.
  let symbol: Int
  /// `nil` where it lies in the place itself.
  let addend: Int64?
  /// The type of the relocation.
  let type: UInt32
}

extension SectionMap {
  /// The relocations of a section by place, of all tables that apply to it.
  func pointers(in target: Int) -> [Int: SectionPointer] {
    var found: [Int: SectionPointer] = [:]
    for (index, section) in sections.enumerated()
    where (section.type == .rela || section.type == .rel) && Int(section.info) == target {
      let table = ELFRelocations(
        bytes(index), hasAddends: section.type == .rela, layout: layout, machine: header.machine)
      guard table.count <= KernelExports.mostEntries * 6 else { continue }
      for number in 0..<table.count {
        guard let relocation = table.relocation(at: number), relocation.type != 0,
          let place = Int(exactly: relocation.offset)
        else { continue }
        found[place] = SectionPointer(
          symbol: Int(relocation.symbol), addend: table.hasAddends ? relocation.addend : nil,
          type: relocation.type)
      }
    }
    return found
  }
}
