/// Licences that the kernel takes for compatible with the GPL.
enum GPLCompatibility {
  /// Exactly these (`include/linux/license.h`, 5.10 to 7.3).
  private static let compatible: Set<String> = [
    "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL",
  ]

  /// Whether a module with this first `license=` is compatible; none counts as `unspecified`.
  static func isCompatible(_ licence: String?) -> Bool { licence.map(compatible.contains) ?? false }
}
