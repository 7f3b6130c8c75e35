internal import ByteStorage
package import ModuleFiles
internal import OrderedWork
internal import SymbolTables

extension ModuleFile {
  /// The name under which the kernel knows the module's symbols.
  func ownerName(ofFile path: String) throws(ParseError) -> String {
    if let name = try structureName(), !name.isEmpty { return name }
    if !elf.isDebugInformation, let info = try info(), let name = info.value("name"), !name.isEmpty
    {
      return name
    }
    return ModulePaths.moduleName(ofFile: path)
  }
}

extension KernelSymbolSource {
  /// No symbols, to which those of modules can be added.
  ///
  /// - Parameter wordSize: Size of an address in bytes.
  package init(modulesOnly wordSize: Int) {
    self.init(SymbolTable(), .modules)
    self.wordSize = wordSize
  }

  /// The directory of the modules that belong to this kernel, found from its path.
  package func moduleTree(besideKernel path: String) -> String? {
    KernelPaths(path).moduleTree(release: release)
  }

  /// Adds the symbols of modules' files, each as an owner of its own.
  /// Paths may be directories; `limit` is in bytes.
  ///
  /// A module whose symbols the table lists already, as /proc/kallsyms does with loaded ones, is left
  /// out. What cannot be read is added to ``unreadModules``.
  package mutating func addModules(
    _ paths: [String], as view: ModuleSymbolView = .file, limit: Int = FileBuffer.defaultLimit,
    workers: Int = OrderedWork.processorCount
  ) {
    var files: [String] = []
    for entry in ModulePaths.expand(paths, limit: limit) {
      switch entry {
      case .file(let path): files.append(path)
      case .unreadable(let error): unreadModules.append(error)
      }
    }
    let names = files
    var listed = Set(table.ownerNames)
    OrderedWork.run(
      count: names.count, workers: workers, chunk: names.count > 64 ? 8 : 1,
      makeState: { FileBuffer(limit: limit) },
      work: { buffer, index in NamedSymbols.read(names[index], view, &buffer) },
      consume: { index, result in
        switch result {
        case .failure(let error): unreadModules.append(error)
        case .success(let module):
          guard listed.insert(module.owner).inserted else { return true }
          guard let owner = table.addOwner(module.owner, isPlaced: false),
            table.append(contentsOf: module.symbols, owner: owner)
          else {
            unreadModules.append(
              FileError(path: names[index], cause: .notSuitable("one module more than fits")))
            return false
          }
        }
        return true
      })
  }
}

/// The symbols of one module's file.
private struct NamedSymbols {
  let owner: String
  let symbols: SymbolTable

  static func read(
    _ path: String, _ view: ModuleSymbolView, _ buffer: inout FileBuffer
  ) -> Result<NamedSymbols, FileError> {
    do throws(FileError) {
      try buffer.open(path)
      do throws(ParseError) {
        let module = try ModuleFile(buffer.source)
        return .success(
          NamedSymbols(
            owner: try module.ownerName(ofFile: path), symbols: try module.symbols(as: view)))
      } catch { throw FileError(path: path, cause: .malformed(error)) }
    } catch { return .failure(error) }
  }
}
