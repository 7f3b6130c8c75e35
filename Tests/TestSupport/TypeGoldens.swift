internal import ByteStorage

/// Objects with what gendwarfksyms wrote of them: `obj/NAME.o`, `out/NAME.syms`, `out/NAME.MODE.*`.
package struct TypeGoldens: Sendable {
  /// The directory with `obj` and `out`.
  package let root: String

  /// Those that are kept outside of the repository: the directory `$KSYM_DWARF_GOLDENS`.
  package static let recorded = environment("KSYM_DWARF_GOLDENS").map(TypeGoldens.init)

  private init(_ root: String) { self.root = root }

  /// Unpacks the fixtures.
  package init(unpackingInto scratch: borrowing ScratchDirectory) throws {
    try TarArchive.unpack(Fixture.path("types/dwarf.tar.xz"), into: scratch)
    root = scratch.path
  }

  /// A run of the program.
  package struct Run: Sendable {
    package let name: String
    package let isStable: Bool
    package let object: String
    package let list: String
    fileprivate let output: String

    /// What a run wrote to a file; `nil` if there is no such file.
    package func output(_ ending: String) -> [UInt8]? { try? contents(of: "\(output).\(ending)") }
  }

  package var runs: [Run] {
    DirectoryTree.names(in: "\(root)/obj").flatMap { file -> [Run] in
      let name = String(file.dropLast(2))
      return ["plain", "stable"].compactMap { mode in
        let output = "\(root)/out/\(name).\(mode)"
        guard PathKind("\(output).symver") == .file else { return nil }
        return Run(
          name: "\(name) \(mode)", isStable: mode == "stable", object: "\(root)/obj/\(file)",
          list: "\(root)/out/\(name).syms", output: output)
      }
    }
  }
}
