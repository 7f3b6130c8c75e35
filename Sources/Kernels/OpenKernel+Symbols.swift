internal import ByteStorage
internal import ELFFormat
internal import Kallsyms
package import KernelImages
package import ModuleFiles
internal import SymbolTables

/// How lists and the linker's symbol tables are turned into a kernel's symbols. The kernel's own tables
/// are always taken as they are.
package enum SymbolView: Sendable, Hashable {
  /// As they are.
  case listed
  /// What System.map would hold (`SymbolTable.systemMapView()`); lists stay as they are.
  case systemMap
  /// What the kernel's own table would hold (`SymbolTable.kernelView()`), with the source files of
  /// local symbols where an image has them.
  case kernel
}

extension OpenKernel {
  /// The symbols of the kernel; of a module that the path names, its own; of a directory of modules
  /// without a kernel none, to which those of ``modules`` can be added.
  ///
  /// - Parameters:
  ///   - view: How symbols are wanted.
  ///   - moduleView: What is taken of a module's symbol table.
  ///   - withProbeSites: Whether to read which functions can be traced and probed, too.
  /// - Returns: The symbols. Addresses may be hidden, or distances: the result says so.
  /// - Throws: ``KernelError`` `.cannotAnswer` if no file has a symbol table of the kernel.
  package func symbols(
    as view: SymbolView = .listed, modules moduleView: ModuleSymbolView = .file,
    withProbeSites: Bool = false
  ) throws(KernelError) -> KernelSymbolSource {
    if let running, let found = try? readList(running.symbols, view) { return found }
    try search()
    switch form {
    case nil where modules != nil: return KernelSymbolSource(modulesOnly: 8)
    case KernelForm.module?:
      do throws(ParseError) { return try file.moduleSymbols(path, moduleView) } catch {
        throw KernelError(error, in: path)
      }
    default: break
    }
    let failure: KernelError
    do throws(KernelError) {
      var found = try decodedSymbols()
      file.show(&found, as: view, withProbeSites: withProbeSites)
      return found
    } catch { failure = error }
    if failure.code != .cannotAnswer { throw failure }
    // A kernel without tables (CONFIG_KALLSYMS=n) may still have the linker's symbols, or a list.
    if let listed = file.linkedSymbols(as: view) { return listed }
    if form?.isImage ?? true {
      let release = (try? facts())?.release?.value
      for map in paths.maps(release: release) {
        if let found = try? readList(map, view) { return found }
      }
    }
    throw failure
  }

  /// Which kernel some symbols are of: what their file says, or else other files of the kernel.
  package func identity(of symbols: KernelSymbolSource) -> (buildID: BuildID?, release: String?) {
    var (buildID, release) = (symbols.buildID, symbols.release)
    if buildID == nil || release == nil, running == nil, var facts = try? facts() {
      if buildID == nil { file.addBuildID(to: &facts) }
      buildID = buildID ?? facts.buildID?.value
      release = release ?? facts.release?.value
    }
    return (buildID, release)
  }

  /// Whether the kernel has a function; `nil` if its image does not show that.
  package func hasFunction(_ name: StaticString) -> Bool? {
    guard form?.isImage ?? false, let table = try? decodedSymbols().table else { return nil }
    return table.index(named: name) != nil
  }

  /// The symbols as the open file has them; decoded once.
  ///
  /// - Throws: ``KernelError`` `.cannotAnswer` if it has none.
  func decodedSymbols() throws(KernelError) -> KernelSymbolSource {
    if let knownSymbols { return knownSymbols }
    var found = try file.decodedSymbols(path)
    found.path = filePath
    knownSymbols = found
    return found
  }

  private func readList(
    _ path: String, _ view: SymbolView
  ) throws(KernelError) -> KernelSymbolSource {
    var list = KernelFile(limit: limit)
    do throws(FileError) { try list.open(path) } catch { throw KernelError(error) }
    guard list.form == .list else { throw KernelError.cannotAnswer(.symbols, path, list.form) }
    var found = try list.decodedSymbols(path)
    found.path = path
    list.show(&found, as: view, withProbeSites: false)
    return found
  }
}

extension KernelFile {
  /// The symbols as the open file has them.
  ///
  /// - Throws: ``KernelError`` `.cannotAnswer` if it has no symbols of a kernel.
  borrowing func decodedSymbols(_ name: String) throws(KernelError) -> KernelSymbolSource {
    let path = path ?? name
    do {
      switch form {
      case KernelForm.list?: return KernelSymbolSource(try SymbolText(parsing: source().all()))
      case KernelForm.dump?: return try KernelSymbolSource(dump: source())
      case KernelForm.linkedImage?:
        let elf = try ELFFile(source())
        var found = try KernelSymbolSource(KallsymsImage(elf))
        found.buildID = BuildID(in: elf) ?? found.buildID
        return found
      case KernelForm.rawImage?:
        return try KernelSymbolSource(
          KallsymsImage(raw: source().all(), wordSize: layerWordSize))
      default: throw KernelError.cannotAnswer(.symbols, path, form)
      }
    } catch let error as KernelError { throw error } catch let error as KallsymsError {
      throw KernelError.cannotAnswer(.symbols, path, form, cause: error)
    } catch let error as ParseError {
      throw KernelError(error, in: path)
    } catch { throw KernelError.cannotAnswer(.symbols, path, form) }
  }

  /// Turns decoded symbols into what is wanted.
  borrowing func show(
    _ symbols: inout KernelSymbolSource, as view: SymbolView, withProbeSites: Bool
  ) {
    if form == .list, view == .kernel { symbols.table = symbols.table.kernelView() }
    guard form == .linkedImage || form == .rawImage, let source = try? source(),
      let bytes = try? source.all()
    else { return }
    if form == .rawImage {
      if withProbeSites { symbols.readProbeSites(in: KallsymsImage(raw: bytes)) }
      return
    }
    guard let elf = try? ELFFile(source) else { return }
    if withProbeSites, let image = try? KallsymsImage(elf) { symbols.readProbeSites(in: image) }
    if view == .kernel, let listed = try? SymbolTable(symbolsOf: elf) {
      symbols.table.adoptFiles(of: listed.kernelView())
    }
  }

  /// The linker's symbols of an image; `nil` if there are none, or only those of a stub.
  borrowing func linkedSymbols(as view: SymbolView) -> KernelSymbolSource? {
    guard form == .linkedImage, let source = try? source(), let elf = try? ELFFile(source),
      elf.hasFunctionSymbols, var table = try? SymbolTable(symbolsOf: elf)
    else { return nil }
    switch view {
    case .listed: break
    case .systemMap: table = table.systemMapView()
    case .kernel: table = table.kernelView()
    }
    var release: String?
    if let bytes = try? source.all() { release = KernelBanner(searching: bytes)?.release }
    var found = KernelSymbolSource(table, .image, release: release)
    found.wordSize = elf.layout.wordSize
    found.buildID = BuildID(in: elf)
    return found
  }

  /// The symbols of the open file, a module.
  borrowing func moduleSymbols(
    _ path: String, _ view: ModuleSymbolView
  ) throws(ParseError) -> KernelSymbolSource {
    let module = try ModuleFile(source())
    let symbols = try module.symbols(as: view)
    var table = SymbolTable()
    guard let owner = table.addOwner(try module.ownerName(ofFile: path), isPlaced: false),
      table.append(contentsOf: symbols, owner: owner)
    else { throw ParseError(.unsupported(UInt64(symbols.count)), in: "symbol table", at: 0) }
    let vermagic = try module.info()?.value("vermagic")
    var found = KernelSymbolSource(
      table, .modules, release: vermagic?.split(separator: " ").first.map(String.init))
    found.wordSize = module.elf.layout.wordSize
    found.buildID = BuildID(in: module.elf)
    return found
  }
}
