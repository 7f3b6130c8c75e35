internal import ByteStorage
package import ELFFormat

/// Where version tables belong in a module, as its compiler would have put them.
///
/// The compiler's choices are imitated so that a table that was taken out and put in again is where
/// it was, and aligned as it was.
package struct TablePlacement {
  private let isClang: Bool
  private let machine: ELFMachine
  private let wordSize: Int

  package init(_ elf: borrowing ELFFile) {
    machine = elf.header.machine
    wordSize = elf.layout.wordSize
    var isClang = false
    if let index = elf.sectionIndex(named: ".comment"),
      let words = try? elf.bytes(of: elf.sections[index], in: ".comment")
    {
      isClang = words.firstRange(of: "clang version") != nil
    }
    self.isClang = isClang
  }

  /// The order of the sections: GCC emits the arrays of modpost's source backwards, Clang in order.
  package var order: [TableRole] {
    isClang ? [.versions, .crcs, .names] : [.names, .crcs, .versions]
  }

  /// Alignment of a table in bytes.
  ///
  /// On x86 GCC aligns arrays of 32 bytes and more to 32 (`ix86_data_alignment`), and on x86-64 both
  /// compilers align those of 16 and more to 16, as the psABI wants; elsewhere GCC aligns to a word.
  package func alignment(of role: TableRole, size: Int) -> Int {
    let element = role == .versions ? wordSize : role == .crcs ? 4 : 1
    switch machine {
    case .x86_64:
      if !isClang && size >= 32 { return 32 }
      if size >= 16 { return 16 }
      return role == .crcs && size >= 8 && !isClang ? 8 : element
    case .i386:
      if !isClang && size >= 32 { return 32 }
      return isClang ? element : 4
    default: return isClang ? element : wordSize
    }
  }
}
