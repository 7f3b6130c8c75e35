internal import ByteStorage

/// The program that made a text: its versions are CRCs of different things.
package enum SymtypesGenerator: Sendable, Hashable {
  /// Declarations of C, word by word (scripts/genksyms).
  case genksyms
  /// DWARF (scripts/gendwarfksyms, 6.14).
  case gendwarfksyms

  /// Which program made a file: only one of them begins texts with tags of DWARF.
  package init(of file: SymtypesTree.File, _ store: SymtypesStore) {
    let tags: [StaticString] = [
      "subprogram", "variable", "structure_type", "typedef_type", "union_type", "enumeration_type",
      "class_type",
    ]
    for record in file.records {
      let tokens = store.tokens(Int(record.text))
      guard tokens.count > 1, !tokens[0].isReference else { continue }
      let first = store.bytes(tokens[0])
      for tag in tags where first.equals(tag) {
        // An export without a type is `variable ( )` for genksyms.
        if tag.utf8CodeUnitCount != 8 || !store.bytes(tokens[1]).equals("(") {
          self = .gendwarfksyms
          return
        }
      }
    }
    self = .genksyms
  }
}
