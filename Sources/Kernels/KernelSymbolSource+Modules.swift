internal import ByteStorage
internal import ELFFormat
internal import Kallsyms
internal import KernelImages
package import ModuleFiles
internal import OrderedWork
internal import SymbolTables

extension KernelSymbolReader {
  /// The open file as a module, if it is one.
  mutating func readModule(_ path: String) throws(ParseError) -> KernelSymbolSource? {
    guard let module = try? ModuleFile(file.source), module.elf.header.type == 1 else { return nil }
    let symbols = try module.symbols(as: moduleView)
    var table = SymbolTable()
    guard let owner = table.addOwner(try module.ownerName(ofFile: path), isPlaced: false),
      table.append(contentsOf: symbols, owner: owner)
    else { throw ParseError(.unsupported(UInt64(symbols.count)), in: "symbol table", at: 0) }
    var source = KernelSymbolSource(
      table, .modules,
      release: try module.info()?.value("vermagic")?.split(separator: " ").first.map(String.init))
    source.wordSize = module.elf.layout.wordSize
    source.buildID = BuildID(in: module.elf)
    return source
  }

  /// The linker's symbol table, or `nil` if there is none.
  func listed(_ elf: ELFFile) throws(ParseError) -> SymbolTable? {
    guard elf.sectionIndex(ofType: .symtab) != nil else { return nil }
    let table = try SymbolTable(symbolsOf: elf)
    if table.count == 0 { return nil }
    switch view {
    case .listed: return table
    case .systemMap: return table.systemMapView()
    case .kernel: return table.kernelView()
    }
  }
}

extension ModuleFile {
  /// The name under which the kernel knows the module's symbols.
  func ownerName(ofFile path: String) throws(ParseError) -> String {
    if let name = try structureName(), !name.isEmpty { return name }
    if let info = try info(), let name = info.value("name"), !name.isEmpty { return name }
    let file = path.split(separator: "/").last ?? ""
    return String(file.prefix { $0 != "." }.map { $0 == "-" ? "_" : $0 })
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
  ///
  /// A module whose symbols the table lists already, as /proc/kallsyms does with loaded ones, is left
  /// out. What cannot be read is added to ``unreadModules``.
  ///
  /// - Parameters:
  ///   - paths: Modules, or directories with modules.
  ///   - view: What is taken of their symbol tables.
  ///   - limit: Largest file after unpacking, in bytes.
  ///   - workers: Number of threads.
  package mutating func addModules(
    _ paths: [String], as view: ModuleSymbolView = .file, limit: Int = FileBuffer.defaultLimit,
    workers: Int = OrderedWork.processorCount
  ) {
    var files: [String] = []
    for entry in ModulePaths.expand(paths) {
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
