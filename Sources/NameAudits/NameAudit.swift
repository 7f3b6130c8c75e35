internal import KernelReleases
package import SymbolNames

/// What the names of kernels and modules are like: how long, how marked, how ambiguous.
///
/// ```swift
/// var names = NameCollection()
/// names.add(source.table)
/// let audit = NameAudit(of: names)
/// print(audit.longest, audit.duplicates.names)
/// ```
package struct NameAudit: Sendable {
  /// Distinct names, and the symbols that bear them.
  package struct Tally: Sendable, Hashable {
    /// Number of distinct names.
    package var names = 0
    /// Number of symbols that bear them; 0 for names that are only required.
    package var symbols = 0

    /// Creates a tally.
    package init(names: Int = 0, symbols: Int = 0) {
      self.names = names
      self.symbols = symbols
    }

    mutating func add(symbols: Int) {
      names += 1
      self.symbols += symbols
    }

    mutating func add(_ other: Tally) {
      names += other.names
      symbols += other.symbols
    }
  }

  /// Names of one length.
  package struct Length: Sendable, Hashable {
    /// All names of this length.
    package var all = Tally()
    /// Those that are mangled Rust names.
    package var rust = Tally()
  }

  /// Names by their length: a single long name costs no more than a short one.
  package struct Lengths: Sendable {
    private var short = [Length](repeating: Length(), count: 1024)
    private var long: [Int: Length] = [:]
    /// The greatest length, in bytes.
    package private(set) var longest = 0

    /// The names of a length, in bytes.
    package internal(set) subscript(length: Int) -> Length {
      get { short.indices.contains(length) ? short[length] : long[length] ?? Length() }
      set {
        longest = max(longest, length)
        if short.indices.contains(length) {
          short[length] = newValue
        } else {
          long[length] = newValue
        }
      }
    }

    /// The lengths that names have, the shortest first.
    package var sorted: [(length: Int, count: Length)] {
      short.enumerated().filter { $0.element.all.names > 0 }.map { ($0.offset, $0.element) }
        + long.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
  }

  /// What a limit leaves out.
  package struct LimitCount: Sendable {
    /// The limit, the releases it holds for, and where it was read.
    package let row: NameLimit.Row
    /// Names that are longer; for version tables, modpost and depmod only those that are exported or
    /// required.
    package let longer: Tally

    /// The limit.
    package var limit: NameLimit { row.behaviour }
  }

  /// Names that version tables hold: those that are exported or required.
  package struct VersionedNames: Sendable {
    /// Number of exported names.
    package var exported = 0
    /// Number of names that version tables require.
    package var required = 0
    /// Names too long for the basic table of 64-bit modules (55 bytes).
    package var tooLong64 = 0
    /// Names too long for the basic table of 32-bit modules (59 bytes).
    package var tooLong32 = 0
    /// The names too long for 64-bit modules, longest first.
    package var longNames: [[UInt8]] = []
    /// These names by length in bytes.
    var lengths: [Int: Tally] = [:]
  }

  /// Names with a compiler's suffix of one kind.
  package struct SuffixCount: Sendable {
    /// The kind of suffix.
    package let kind: CompilerSuffix.Kind
    /// Names that carry it; one name may carry several kinds.
    package let count: Tally
  }

  /// How much to take off names.
  package enum Stripping: String, Sendable, CaseIterable {
    /// All suffixes.
    case all
    /// All suffixes, leaving out what is only a piece of a function (`.cold`, `.part`).
    case wholeFunctions = "whole-functions"
    /// What begins with `.llvm.`, as libbpf retries names and Linux 6.5 to 6.10 looked them up.
    case llvm
  }

  /// Names that become one when suffixes are stripped.
  package struct Merged: Sendable {
    /// What is stripped.
    package let stripping: Stripping
    /// Number of stripped names that several names share.
    package var stems = 0
    /// Number of names that share them.
    package var names = 0
    /// The stripped names that most share, most first.
    package var groups: [Group] = []
  }

  /// A name, and how many share it.
  package struct Group: Sendable, Hashable {
    /// The name.
    package let name: [UInt8]
    /// How many share it: symbols, or names that it is the stripped form of.
    package let count: Int
    /// Among how many owners the symbols are; `nil` for stripped names.
    package let owners: Int?
  }

  /// Names that several symbols bear.
  package struct Duplicates: Sendable {
    /// The names and their symbols.
    package var all = Tally()
    /// Names that several symbols of one owner bear, and those symbols.
    package var withinOwner = Tally()
    /// Names that most symbols bear, most first.
    package var groups: [Group] = []
    /// Names and addresses that several symbols of one owner share, and those symbols.
    package var sameAddress = Tally()
    /// Names whose symbols share addresses, most symbols first.
    package var sameAddressGroups: [Group] = []
  }

  /// All names.
  package internal(set) var all = Tally()
  /// Mangled Rust names.
  package internal(set) var rust = Tally()
  /// What the symbols belong to.
  package internal(set) var owners = 0
  /// Width in bits of the kernels that the names are for; `nil` if unknown.
  package internal(set) var wordBits: Int?
  /// Names by length in bytes.
  package internal(set) var lengths = Lengths()
  /// The longest names, longest first.
  package internal(set) var longNames: [[UInt8]] = []
  /// What every limit of the field leaves out.
  package internal(set) var limits: [LimitCount] = []
  /// Names that version tables hold.
  package internal(set) var versioned = VersionedNames()
  /// Names by kind of suffix, in the order of the kinds.
  package internal(set) var suffixes: [SuffixCount] = []
  /// Names with any suffix.
  package internal(set) var suffixed = Tally()
  /// Names that stripping makes ambiguous, by what is stripped.
  package internal(set) var merged: [Merged] = []
  /// Names that several symbols bear.
  package internal(set) var duplicates = Duplicates()

  /// Length of the longest name, in bytes.
  package var longest: Int { lengths.longest }

  /// The length that a share of the names does not exceed, in bytes.
  ///
  /// - Parameter percent: The share, 0 to 100.
  /// - Returns: The shortest such length.
  package func length(ofPercent percent: Int) -> Int {
    var seen = 0
    for (length, count) in lengths.sorted {
      seen += count.all.names
      if seen * 100 >= all.names * min(max(percent, 0), 100) { return length }
    }
    return longest
  }

  /// Names longer than a number of bytes.
  package func longer(than length: Int) -> Tally {
    lengths.sorted.reduce(into: Tally()) { if $1.length > length { $0.add($1.count.all) } }
  }
}
