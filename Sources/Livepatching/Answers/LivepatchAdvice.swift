/// Something that the author of a livepatch should know about a name that it uses in a kernel.
package struct LivepatchAdvice: Sendable, Hashable {
  /// A symbol that may be meant.
  package struct Candidate: Sendable, Hashable {
    /// Its position among the symbols that count as having the name, from 1.
    package let position: Int
    /// Its address in vmlinux; `nil` in modules, and where addresses are hidden.
    package var address: UInt64?
    /// Its section and offset in a module.
    package var place: String?
    /// Its size in bytes.
    package var size: UInt64?
    /// Its source file.
    package var file: String?
    /// Its whole name, where it is another than the livepatch gives.
    package var name: String?
  }

  /// What the advice is about.
  package let code: Code
  /// The object: `vmlinux` or a module.
  package var object: String?
  /// The symbol's name as the livepatch gives it.
  package var symbol: String?
  /// The position that the livepatch gives, where the advice depends on it; 0 for the only symbol.
  package var position: UInt64?
  /// Number of symbols that count as having the name.
  package var count: Int?
  /// Positions of other symbols that are better, from 1.
  package var positions: [Int] = []
  /// Names of other symbols.
  package var names: [String] = []
  /// The symbols that may be meant.
  package var candidates: [Candidate] = []
  /// How many more names or candidates there are than are listed.
  package var omitted = 0
  /// Size of the function that is patched, in bytes.
  package var size: UInt64?
  /// Size of the function that replaces it, in bytes.
  package var newSize: UInt64?
  /// The source file of the symbol that is found, or the file of the module.
  package var file: String?
  /// What was not read.
  package var omission: Livepatch.Omission?

  init(_ code: Code, object: String? = nil, symbol: String? = nil) {
    self.code = code
    self.object = object
    self.symbol = symbol
  }
}
