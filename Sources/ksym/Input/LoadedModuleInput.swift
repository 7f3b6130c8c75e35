internal import ByteStorage
internal import Kernels
internal import ModuleFiles
internal import OrderedWork
internal import SymbolFiles
internal import SymbolTables

extension KernelInput {
  /// Adds the symbols of loaded modules to those of a kernel, or ends the command.
  ///
  /// - Parameters:
  ///   - list: Where they are listed.
  ///   - source: The kernel's symbols.
  ///   - kernel: The kernel.
  ///   - options: Where the modules' files are; beside the kernel, if it does not say.
  /// - Returns: The modules, with their files.
  /// - Throws: `ExitCode` if the list has none, or is not one of this kernel.
  func addLoadedModules(
    of list: String, to source: inout KernelSymbolSource, of kernel: OpenKernel,
    files options: ModuleSymbolOptions
  ) throws -> LoadedModules {
    let opened = try open(list)
    let symbols = try self.symbols(of: opened)
    do throws(LoadedModulesProblem) {
      let offset = try source.addLoadedModules(of: symbols)
      if input.isVerbose, offset != 0 {
        Terminal.complain(
          "\(opened.path): moved by \(hexadecimal(offset)) bytes from \(kernel.path)")
      }
      return LoadedModules(
        listedBy: opened, movedBy: offset, files: files(options, source, kernel),
        limit: input.limit, workers: options.jobs.workers)
    } catch { throw Terminal.trouble("\(opened.path): \(error.words)") }
  }

  /// Paths of the modules that are loaded, by their names: of those that were given, or as the kernel's tree
  /// has them.
  private func files(
    _ options: ModuleSymbolOptions, _ source: KernelSymbolSource, _ kernel: OpenKernel
  ) -> [String: String] {
    var found: [String: String] = [:]
    if options.paths.isEmpty {
      guard let directory = kernel.moduleTree(release: source.release) else { return found }
      let tree = ModuleTree(directory)
      for name in source.table.ownerNames.dropFirst() { found[name] = tree.path(named: name) }
      return found
    }
    for entry in ModulePaths.expand(options.paths, limit: input.limit) {
      switch entry {
      case .unreadable(let error): Terminal.complain(error.explained)
      case .file(let path):
        let name = ModulePaths.moduleName(ofFile: path)
        if found[name] == nil { found[name] = path }
      }
    }
    return found
  }
}
