internal import ByteStorage
public import ELFFormat

extension SymbolTable {
  /// The names that a module defines, from its own symbol table.
  ///
  /// There are no addresses before a module is loaded: all are zero, as in a list that hides them.
  ///
  /// - Parameters:
  ///   - file: The module.
  ///   - name: Its name, which owns the symbols.
  /// - Throws: `ParseError` if there is no symbol table, or a section lies outside of the file.
  public init(module file: ELFFile, named name: String) throws {
    self.init()
    guard let symbols = try file.symbolTable() else {
      throw ParseError(.missing, in: ".symtab", at: 0)
    }
    ownerNames.append(name)
    for index in 1..<max(symbols.count, 1) {
      guard let symbol = symbols.symbol(at: index), symbol.sectionIndex != 0, symbol.type < 3 else {
        continue
      }
      let name = symbols.name(of: symbol)
      guard name.byteCount > 0 else { continue }
      let type: UInt8 = symbol.type == 2 ? 0x74 : 0x64
      append(address: 0, type: symbol.binding == 0 ? type : type & ~0x20, name: name, owner: 1)
    }
  }
}
