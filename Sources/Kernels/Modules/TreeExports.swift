internal import ByteStorage
internal import ModuleFiles
internal import ModuleVersions

/// A list of what the modules of a tree export, and for which of them it does not answer.
///
/// That a list lacks a symbol means something only for modules that are as they were when it was made.
package struct TreeExports: Sendable {
  private let names: Set<String>
  /// Paths of the tree's modules that may export what the list does not have, in bytewise order.
  package let unlisted: [String]

  /// Whether a module of the list exports a symbol.
  package func contains(_ name: String) -> Bool { names.contains(name) }

  fileprivate init(_ names: Set<String>, unlisted: [String]) {
    (self.names, self.unlisted) = (names, unlisted)
  }
}

extension ModuleTree {
  /// What depmod lists; `nil` without its lists.
  ///
  /// Not listed are modules that were put there later, and those in a compression that this depmod could not
  /// read: it has no export of any of them.
  ///
  /// - Note: kmod 34, tools/depmod.c: one run writes modules.dep, with all modules, and modules.symbols, with
  ///   what they export.
  package func exportsByDepmod() -> TreeExports? {
    let lists = ["modules.dep", "modules.symbols"].map { "\(directory)/\($0)" }
    guard let times = FileTimes(lists[0]), let other = FileTimes(lists[1]),
      let exporters = exportersBySymbol()
    else { return nil }
    let listed = Set(depmodPaths())
    let exporting = exporters.values.reduce(into: Set()) { $0.formUnion($1) }
    let readable = Set(
      listed.filter { exporting.contains(ModulePaths.moduleName(ofFile: $0)) }
        .map(ModuleTree.suffix))
    let unlisted = paths.filter { path in
      let relative = String(path.dropFirst(directory.utf8.count + 1))
      guard listed.contains(relative), readable.contains(ModuleTree.suffix(relative)),
        let own = FileTimes(path)
      else { return true }
      return own.isNewer(than: times) || own.isNewer(than: other)
    }
    return TreeExports(Set(exporters.keys), unlisted: unlisted)
  }

  /// What the Module.symvers of the kernel's own build lists.
  ///
  /// Not listed are modules outside of `kernel`, and those that were not packed with the list: whoever packs
  /// a build gives all of its files one time.
  func exports(listedIn table: ExportTable, _ path: String) -> TreeExports? {
    guard let times = FileTimes(path) else { return nil }
    let own = "\(directory)/kernel/"
    let unlisted = paths.filter { path in
      !path.hasPrefix(own) || FileTimes(path)?.modified != times.modified
    }
    return TreeExports(Set(table.rows.map { table.text($0.name) }), unlisted: unlisted)
  }

  /// What the name of a module ends with: `ko`, or how it is compressed.
  private static func suffix(_ path: String) -> Substring {
    path[(path.lastIndex(of: ".") ?? path.startIndex)...]
  }
}

extension OpenKernel {
  /// What the Module.symvers of this very kernel lists of the modules in a tree: one whose part for vmlinux
  /// has the names and versions that the image exports.
  package func exportsOfBuild(_ tree: ModuleTree) -> TreeExports? {
    guard let facts = try? facts(), let exports = facts.exports else { return nil }
    for path in paths.symvers(release: facts.release?.value) {
      guard let table = try? readSymvers(path), table.owners.count > 1 else { continue }
      if exports.source.path != path, !OpenKernel.isSame(exports.value, table) { continue }
      return tree.exports(listedIn: table, path)
    }
    return nil
  }

  /// Whether a list has for vmlinux what an image exports, and nothing else.
  private static func isSame(_ exports: ExportTable, _ list: ExportTable) -> Bool {
    let lookup = ExportLookup(exports)
    var count = 0
    for row in list.rows where list.owners[Int(row.owner)] == "vmlinux" {
      guard let found = lookup.first(list.bytes(row.name)) else { return false }
      let other = exports.rows[found]
      if row.hasCRC, other.hasCRC, row.crc != other.crc { return false }
      count += 1
    }
    return count == exports.rows.count
  }
}
