package import ByteStorage
internal import ELFFormat
internal import KernelImages
package import Kernels
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

  /// - Parameter limit: Largest file after unpacking, in bytes.
  package init(limit: Int = FileBuffer.defaultLimit) {
    file = FileBuffer(limit: limit)
    self.limit = limit
  }

  /// The files that a path names.
  package struct Files: Sendable {
    /// Paths, and what cannot be read.
    package let entries: [DirectoryTree.Entry]
    /// Which of several kernels in a directory was taken; `nil` if there was one.
    package let choice: OpenKernel.Choice?
  }

  /// What a path names: a file itself; of a directory or an archive the kernel, if there is one, and the modules
  /// below it.
  package static func files(of path: String, limit: Int) -> Files {
    let place: String
    do throws(FileError) { place = try ModulePaths.place(of: path, limit: limit) } catch {
      return Files(entries: [.unreadable(error)], choice: nil)
    }
    guard path != "-", PathKind(place) == .directory else {
      return Files(entries: [.file(path)], choice: nil)
    }
    let directory = KernelDirectory(path, at: place, limit: limit)
    // A directory stands for its kernel; without modules it must be one.
    let hasKernel = directory.modules.isEmpty || directory.hasImage
    return Files(
      entries: (hasKernel ? [.file(path)] : []) + directory.modules, choice: directory.choice)
  }

  /// Reads a file, or the kernel in a directory.
  ///
  /// - Parameter path: A module; Module.symvers text, whose symbols have no addresses; or a kernel
  ///   with a symbol table.
  /// - Returns: Its names, each once, with its owners.
  /// - Throws: ``FileError`` if it cannot be read, `ParseError` if it is damaged, `KernelError` if it
  ///   is no kernel, or has no symbol table.
  package mutating func read(_ path: String) throws -> NameCollection {
    if ModulePaths.isModuleName(path) {
      try file.open(path)
      if let module = try? ModuleFile(file.source), module.elf.header.type == .relocatable {
        return try NameReader.names(of: module, path)
      }
    }
    file.release()
    return try NameReader.names(of: OpenKernel(path, limit: limit))
  }

  private static func names(of kernel: OpenKernel) throws -> NameCollection {
    switch kernel.form {
    case KernelForm.symvers?: return names(of: try kernel.exports().value)
    case KernelForm.module?:
      return try kernel.withContents { try names(of: ModuleFile($0), kernel.path) }
        ?? NameCollection()
    default:
      var names = NameCollection()
      // The modules are files of their own.
      if kernel.isModulesOnly { return names }
      let source = try kernel.symbols()
      let identity = kernel.identity(of: source)
      names.note(wordBits: source.addressWidth == 8 ? 32 : 64)
      names.add(
        source.table, buildID: identity.buildID?.bytes ?? [], release: identity.release ?? "")
      return names
    }
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
}
