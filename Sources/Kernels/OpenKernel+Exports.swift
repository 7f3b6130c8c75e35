internal import ByteStorage
internal import ModuleFiles
package import ModuleVersions

extension OpenKernel {
  /// What the kernel exports, or the module that the path names, with the file that says so.
  ///
  /// - Throws: ``KernelError`` `.cannotAnswer` if no file of the kernel has it.
  package func exports() throws(KernelError) -> KernelFacts.Fact<ExportTable> {
    if form == .module {
      do throws(ParseError) {
        return KernelFacts.Fact(try file.moduleExports(path), from: path)
      } catch { throw KernelError(error, in: path) }
    }
    guard let exports = try facts().exports else {
      throw KernelError.cannotAnswer(.exports, path, form)
    }
    return exports
  }

  /// Everything that the kernel and its modules export, with the file that says so: Module.symvers
  /// text, or what lies beside the kernel, or else the exports of its image alone.
  ///
  /// - Throws: ``KernelError`` `.cannotAnswer` if no file of the kernel has it.
  package func exportsWithModules() throws(KernelError) -> KernelFacts.Fact<ExportTable> {
    let facts = try facts()
    for candidate in paths.symvers(release: facts.release?.value)
    where facts.exports?.source.path != candidate {
      if let table = try? readSymvers(candidate) { return KernelFacts.Fact(table, from: candidate) }
    }
    return try exports()
  }

  func readSymvers(_ path: String) throws -> ExportTable {
    var buffer = FileBuffer(limit: limit)
    try buffer.open(path)
    return try Symvers.parse(buffer.source.all())
  }
}

extension KernelFile {
  /// The open file as Module.symvers text.
  borrowing func symvers() throws(ParseError) -> ExportTable { try Symvers.parse(source().all()) }

  /// The exports of the open file, a module.
  borrowing func moduleExports(_ path: String) throws(ParseError) -> ExportTable {
    try ModuleFile(source()).exports(ofFile: path)
  }
}
