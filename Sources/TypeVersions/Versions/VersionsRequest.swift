/// What is wanted of a run, apart from versions.
package struct VersionsRequest: Sendable {
  /// Use of kABI rules and conventions.
  package var isStable = false
  /// The texts of all types and symbols.
  package var wantsSymtypes = false
  /// The text of each version.
  package var wantsVersionTexts = false
  /// Types as they are walked.
  package var wantsEntries = false
  /// The texts of types as they are found.
  package var wantsTypes = false

  /// Whether definitions of `.c` files are written out, which versions leave empty, and enumerators
  /// with the sign that their form has.
  package var showsSources = false
  /// Whether symbols are described by what defines them, also where an earlier unit declares them.
  package var prefersDefinitions = false
  /// Whether versions are computed; of all symbols of a kernel at once they may be too many.
  package var wantsVersions = true
  /// Names of types whose texts are wanted too, wherever they are.
  package var types: [[UInt8]] = []

  package init() {}
}
