/// How a module stores the versions it requires.
package enum VersionLayout: String, Sendable, Hashable, CaseIterable {
  /// 64-byte records in `__versions`; every kernel with modversions.
  case basic
  /// `__version_ext_crcs` and `__version_ext_names`; 6.14 and later.
  case extended
  /// Records of variable length in `__versions`; Ubuntu 6.2 to 6.11.
  case packed
  /// Basic records whose name field holds `sha256`, a NUL and a digest; proposed in 2024, never
  /// merged.
  case hashed
}
