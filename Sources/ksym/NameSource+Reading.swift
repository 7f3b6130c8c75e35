internal import ArgumentParser
internal import ByteStorage
internal import ELFFormat
internal import Kallsyms
internal import KernelFacts
internal import KernelImages
internal import ModuleFiles
internal import NameTranslation

extension NameSource {
  /// Reads the names of a kernel or a module, or ends the command with the reason.
  static func read(_ path: String, _ common: CommonOptions) throws -> NameSource {
    if let module = readModule(path, common) { return module }
    let source = try KernelSymbolSource.read(path, common)
    return NameSource(
      SymbolIndex(source.table), release: source.release, buildID: source.buildID?.hexadecimal)
  }

  /// The names in a module's own symbol table; `nil` if the file is no module.
  private static func readModule(_ path: String, _ common: CommonOptions) -> NameSource? {
    var file = FileBuffer(limit: common.maximumSize.bytes)
    guard PathKind(path) == .file, (try? file.open(path)) != nil,
      let module = try? ModuleFile(file.source), module.elf.header.type == 1,
      let name = try? module.name(), let table = try? SymbolTable(module: module.elf, named: name)
    else { return nil }
    return NameSource(SymbolIndex(table))
  }
}
