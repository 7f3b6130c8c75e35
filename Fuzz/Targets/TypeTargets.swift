import ByteStorage
import SymtypesFormat

extension FuzzTargets {
  /// Symtypes text of any form: an error, or trees whose every export has a version.
  static func symtypes(_ bytes: RawSpan) {
    var (tree, store) = (SymtypesTree(), SymtypesStore())
    guard (try? SymtypesReader.read(bytes, path: [], into: &tree, &store)) != nil else { return }
    var versions = SymtypesVersions(.genksyms)
    for file in tree.files {
      for generator in [SymtypesVersions.generator(of: file, store), .gendwarfksyms] {
        versions.generator = generator
        for key in file.exports {
          use(Int(versions.version(ofExport: Int(key), in: file, store) ?? 0))
        }
      }
    }
    use(tree.exports.count + tree.duplicates.count)
  }
}
