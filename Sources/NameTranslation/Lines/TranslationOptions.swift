package import ByteStorage

/// What a translation writes.
package struct TranslationOptions: Sendable {
  /// What becomes of a name that several symbols have.
  package enum Ambiguity: String, Sendable, CaseIterable {
    /// It stays as it is.
    case keep
    /// The first in table order is taken.
    case first
    /// All are written, with `|` between them.
    case all
    /// It stays, and counts as an error.
    case error
  }

  /// The form to write names in.
  package var form: NameForm
  /// Whether to leave out the words that say what a compiler did (`.isra`, `.cold`).
  package var isBare = false
  /// Whether to write the linkage name in braces after each name that changes.
  package var keepsLinkage = false
  /// What becomes of a name that several symbols have.
  package var ambiguity = Ambiguity.keep
  /// Whether each line is a name (as in available_filter_functions), however plain.
  package var linesAreNames = false
  /// Whether to compare sizes, the release and the build ID with the kernel's.
  package var verifies = false
  /// Whether to write the address after each token that has an offset, and after each address that
  /// stands alone the symbol that it belongs to.
  package var showsAddresses = false
  /// What to write around each name that changes, such as the escapes of a colour; `nil` for nothing.
  package var marks: NameMarks?
  /// Whether to count and report the names that were looked for and are nowhere.
  package var reportsMissing = false
  /// Whether to keep a record of every name found.
  package var collectsNames = false

  /// Whether lines are counted.
  var countsLines: Bool { collectsNames || verifies }

  /// Whether names that stay as they are matter too.
  var findsAllNames: Bool {
    verifies || showsAddresses || collectsNames || (reportsMissing && form != .readable)
  }

  /// Creates options.
  package init(form: NameForm = .readable) { self.form = form }
}

/// Text that marks a translated name.
package struct NameMarks: Sendable {
  /// What is written before the name.
  package let start: [UInt8]
  /// What is written after the name.
  package let end: [UInt8]

  /// Takes the text.
  package init(start: String, end: String) {
    self.start = Array(start.utf8)
    self.end = Array(end.utf8)
  }
}

/// What a translation reports of a text, besides the text.
package enum TranslationFinding: Sendable, Hashable {
  /// A name that several symbols have; their linkage names.
  case ambiguous(name: String, linkageNames: [String])
  /// A name that was looked for, in the module that the text gives for it, and is nowhere.
  case missing(name: String, module: String?)
  /// A directory of names, by its place among those given, turned out to be damaged.
  case directoryDamaged(directory: Int, error: ParseError)
  /// A token whose size is not that of the kernel's symbol; the sizes there are.
  case sizeDiffers(token: String, sizes: [UInt64])
  /// A token whose name the kernel does not have.
  case unknown(token: String)
  /// The text names another release than the kernel's.
  case releaseDiffers(text: String, kernel: String)
  /// The text names another build than the kernel's.
  case buildIDDiffers(text: String, kernel: String)
}

/// A name that was found in a text.
package struct TextName: Sendable, Hashable {
  /// Number of the line, from 1.
  package let line: Int
  /// Offset of the name in the line, in bytes.
  package let column: Int
  /// The kind of text that has a name there.
  package let surface: Surface
  /// The name as the text has it.
  package let text: String
  /// What is written for it; `nil` if it stays as it is.
  package let translation: String?
  /// The symbols' linkage names, as far as they are known.
  package let linkageNames: [String]
  /// Distance from the symbol in bytes.
  package let offset: UInt64?
  /// Size of the symbol in bytes.
  package let size: UInt64?
  /// The module.
  package let module: String?
  /// Addresses that the token may mean.
  package let addresses: [UInt64]
  /// Places in sources, if they were asked for, as `file:line`.
  package internal(set) var places: [String] = []
}

/// Counts of a translation.
package struct TranslationCounts: Sendable, Hashable {
  /// Names found.
  package var names = 0
  /// Of these, names that were rewritten.
  package var translated = 0
  /// Of these, names that several symbols have.
  package var ambiguous = 0
  /// Names that were looked for and are nowhere, where the options ask for them.
  package var missing = 0
  /// Names that were to become linkage names, and stay: nothing has them, or several symbols do.
  package var remaining = 0
  /// Addresses without a name that got one.
  package var namedAddresses = 0
  /// Addresses without a name that are of no symbol known.
  package var unnamedAddresses = 0
  /// Of these, addresses that only kernels have which the text, by its release or build ID, is not of.
  package var foreignAddresses = 0
  /// Tokens compared with the kernel.
  package var verified = 0
  /// Tokens that disagree with it.
  package var contradicted = 0
  /// Tokens that could not be compared: they are of a kernel of which only modules are known.
  package var uncompared = 0
  /// Names with an offset whose place in the sources was looked for and found.
  package var placed = 0
  /// Names with an offset that have no place in the sources.
  package var unplaced = 0
  /// Lines longer than ``TextTranslator/longestLine``, passed on as they are.
  package var longLines = 0
  /// Whether there was a message of journald that is an array of bytes, which is not read.
  package var hasByteMessages = false

  package init() {}

  /// Adds what was done to another text, or another part.
  package static func += (left: inout TranslationCounts, right: TranslationCounts) {
    left.names &+= right.names
    left.translated &+= right.translated
    left.ambiguous &+= right.ambiguous
    left.missing &+= right.missing
    left.remaining &+= right.remaining
    left.namedAddresses &+= right.namedAddresses
    left.unnamedAddresses &+= right.unnamedAddresses
    left.foreignAddresses &+= right.foreignAddresses
    left.verified &+= right.verified
    left.contradicted &+= right.contradicted
    left.uncompared &+= right.uncompared
    left.placed &+= right.placed
    left.unplaced &+= right.unplaced
    left.longLines &+= right.longLines
    left.hasByteMessages = left.hasByteMessages || right.hasByteMessages
  }
}
