/// The meaning of a name that a livepatch uses, in one kernel.
package struct LivepatchFinding: Sendable {
  /// The kernel's answer.
  package enum Status: String, Sendable {
    /// There is such a symbol.
    case found
    /// There is no such symbol.
    case missing = "not-found"
    /// There are several, and no position.
    case ambiguous
    /// There are fewer than the position says.
    case noPosition = "no-position"
    /// The name of the symbol, or of its section, is incorrectly formatted.
    case malformed
    /// The symbol is not marked as one of a livepatch.
    case unmarked
    /// A section for a module names a symbol of vmlinux.
    case forbidden
    /// The module that it belongs to is not loaded: the kernel looks when it is.
    case waiting = "not-loaded"
    /// What there is to look in could not be read.
    case unknown
  }

  /// `vmlinux` or a module.
  package let object: String
  /// The name.
  package let name: String
  /// The position that the livepatch gives.
  package let position: UInt64
  /// The kernel's answer.
  package var status: Status
  /// Number of symbols that count as of this name.
  package var count = 0
  /// The address found in vmlinux.
  package var address: UInt64?
  /// The place found in a module: section and offset.
  package var place: String?
  /// Size of what was found, in bytes, as the kernel computes it.
  package var size: UInt64?
  /// Whether ftrace can patch it; `nil` if that is not known, or does not matter.
  package var isTraceable: Bool?
  /// Size of the new function, in bytes.
  package var newSize: UInt64?
  /// Index of the symbol in the kernel's table.
  var symbol: Int?

  init(_ object: String, _ name: String, _ position: UInt64, _ status: Status) {
    self.object = object
    self.name = name
    self.position = position
    self.status = status
  }

  /// The name and the position as sysfs shows them.
  package var title: String { "\(name),\(position == 0 ? 1 : position)" }
}
