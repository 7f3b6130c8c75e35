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

  /// Whether definitions of `.c` files are written out, which versions leave empty, enumerators with the
  /// sign that their form has, and `...` where a function takes more parameters.
  package var showsSources = false
  /// Whether symbols are described by what defines them, also where an earlier unit declares them.
  package var prefersDefinitions = false
  /// Whether versions are computed; of all symbols of a kernel at once they may be too many.
  package var wantsVersions = true
  /// Whether each unit counts by itself, as each object does in a build: one may only declare what another
  /// defines. There are consolidated symtypes then, and no versions.
  package var separatesUnits = false
  /// Names of types whose texts are wanted too, wherever they are; not where units are apart.
  package var types: [[UInt8]] = []

  package init() {}
}
