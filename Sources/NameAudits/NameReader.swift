package import ByteStorage
internal import ELFFormat
internal import KernelImages
internal import Kernels
internal import ModuleFiles
internal import ModuleVersions
internal import SymbolTables

/// Reads every name that a kernel, a module or a Module.symvers holds.
///
/// ```swift
/// var reader = NameReader()
/// let names = try reader.read("/lib/modules/6.12.107/kernel/net/key/af_key.ko.xz")
/// ```
package struct NameReader: ~Copyable {
  private var file: FileBuffer
  private let limit: Int
  /// Whether to look for the build ID of kernels, which takes about as long as their symbols do.
  package var readsIdentity = false

  /// - Parameter limit: Largest file after unpacking, in bytes.
  package init(limit: Int = FileBuffer.defaultLimit) {
    file = FileBuffer(limit: limit)
    self.limit = limit
  }

  /// The files that a path names: itself; of a directory the kernel image, if there is one, and the
  /// modules below it.
  package static func files(of path: String) -> [DirectoryTree.Entry] {
    guard path != "-", PathKind(path) == .directory else { return [.file(path)] }
    let image = KernelFactsReader.image(in: path).map { [DirectoryTree.Entry.file($0)] } ?? []
    return image + ModulePaths.expand([path])
  }

  /// Reads a file.
  ///
  /// - Parameter path: A module; Module.symvers text, whose symbols have no addresses; or whatever
  ///   ``KernelSymbolReader`` reads.
  /// - Returns: Its names, each once, with its owners.
  /// - Throws: ``FileError`` if it cannot be read, `ParseError` if it is damaged, `KallsymsError` if
  ///   it is a kernel without tables.
  package mutating func read(_ path: String) throws -> NameCollection {
    if path == "running" { return try readKernel(path, nil) }
    try file.open(path)
    if let names = try NameReader.names(in: file.source, path) { return names }
    return try readKernel(path, NameReader.buildID(in: file.source))
  }

  /// The names of a file that is no kernel; `nil` if it may be one.
  private static func names(in source: ByteSource, _ path: String) throws -> NameCollection? {
    let head = try source.bytes(0..<min(source.count, 64), in: "file")
    if Symvers.isRecognized(head) { return names(of: try Symvers.parse(source.all())) }
    guard let elf = try? ELFFile(source), elf.header.type == 1 else { return nil }
    return try names(of: ModuleFile(source), path)
  }

  private static func buildID(in source: ByteSource) -> BuildID? {
    guard let elf = try? ELFFile(source) else { return nil }
    return BuildID(in: elf)
  }

  private static func names(of exports: ExportTable) -> NameCollection {
    var names = NameCollection()
    for owner in exports.owners {
      let name = owner.split(separator: "/").last.map(String.init) ?? owner
      _ = names.addOwner(NameCollection.Owner(name))
    }
    for row in exports.rows {
      names.add(exports.bytes(row.name), [.symbol, .exported], owner: Int(row.owner))
    }
    return names
  }

  private static func names(
    of module: borrowing ModuleFile, _ path: String
  ) throws -> NameCollection {
    var names = NameCollection()
    let name = try module.name() ?? ModulePaths.moduleName(ofFile: path)
    let vermagic = try module.info()?.value("vermagic") ?? ""
    let owner = names.addOwner(
      NameCollection.Owner(
        name, buildID: BuildID(in: module.elf)?.bytes ?? [],
        release: String(vermagic.prefix { $0 != " " })))
    names.note(wordBits: module.elf.layout.is64Bit ? 64 : 32)
    try module.forEachName { name, thing in
      switch thing {
      case .symbol(let section, let value):
        names.add(name, .symbol, owner: owner, section: section, address: value)
      case .export: names.add(name, .exported, owner: owner)
      case .requirement: names.add(name, .required, owner: owner)
      }
    }
    return names
  }

  private mutating func readKernel(
    _ path: String, _ identity: BuildID?
  ) throws -> NameCollection {
    file.release()
    var reader = KernelSymbolReader(limit: limit)
    let source = try reader.read(path)
    var names = NameCollection()
    names.note(wordBits: source.addressWidth == 8 ? 32 : 64)
    var (identity, release) = (identity, source.release)
    if readsIdentity, identity == nil || release == nil {
      var reader = KernelFactsReader(limit: limit)
      reader.isThorough = true
      if let facts = try? reader.read(path) {
        identity = identity ?? facts.buildID?.value
        release = release ?? facts.release?.value
      }
    }
    names.add(source.table, buildID: identity?.bytes ?? [], release: release ?? "")
    return names
  }
}
