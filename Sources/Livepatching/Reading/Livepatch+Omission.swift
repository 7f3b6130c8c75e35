extension Livepatch {
  /// What was not read, because no real livepatch has as much of it.
  package struct Omission: Sendable, Hashable {
    /// Kinds of things that were not read. More may come.
    package struct Code: RawRepresentable, Sendable, Hashable {
      /// The code in kebab case.
      package let rawValue: String

      /// The code with a spelling.
      package init(rawValue: String) { self.rawValue = rawValue }

      /// Relocation sections that overlap.
      package static let overlappingSections = Code(rawValue: "overlapping-sections")
      /// Symbols with very long names.
      package static let longNames = Code(rawValue: "long-names")
      /// Functions beyond a number.
      package static let functions = Code(rawValue: "functions")
      /// Objects beyond a number.
      package static let objects = Code(rawValue: "objects")
    }

    /// What was not read.
    package let code: Code
    /// How many were read, where that is the limit.
    package var count: Int?
  }
}
