package import ByteStorage
package import ModuleVersions

extension KernelFactsReader {
  /// Everything that a kernel and its modules export, with the file that says so: Module.symvers
  /// text, or what lies beside the kernel, or else the exports of its image alone.
  ///
  /// - Returns: `nil` if nothing says what it exports.
  /// - Throws: ``FileError`` if nothing at the path is a kernel.
  package mutating func readAllExports(
    _ path: String
  ) throws(FileError) -> KernelFacts.Fact<ExportTable>? {
    let facts = try read(path)
    for candidate in KernelPaths(path).symvers(release: facts.release?.value)
    where facts.exports?.source != candidate {
      guard (try? file.open(candidate)) != nil, let text = try? file.source.all(),
        let table = try? Symvers.parse(text)
      else { continue }
      return KernelFacts.Fact(table, from: candidate)
    }
    return facts.exports
  }
}
