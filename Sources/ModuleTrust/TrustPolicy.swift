/// What a kernel does with a module whose signature does not count.
package struct TrustPolicy: Sendable, Hashable {
  /// A level of `lockdown=`.
  package enum Lockdown: String, Sendable, Hashable, CaseIterable {
    case none, integrity, confidentiality
  }

  /// Whether such a module is refused in any case (`module.sig_enforce`).
  package var enforces: Bool
  package var lockdown: Lockdown
  /// Whether the release knows one error only: ``TrustBehaviour/returnsMissingKey``.
  package var returnsMissingKey = false

  package init(enforces: Bool, lockdown: Lockdown) {
    (self.enforces, self.lockdown) = (enforces, lockdown)
  }

  /// What becomes of a module with an error of its signature; `nil` if it goes on, which taints the kernel.
  ///
  /// - Returns: The error that the load ends with, and the line that is logged.
  package func refusal(_ error: TrustError) -> (error: TrustError, line: String?)? {
    if returnsMissingKey {
      switch error {
      case .noData, .noKey: return enforces || lockdown != .none ? (.noKey, nil) : nil
      default: return (error, nil)
      }
    }
    let reason: String
    switch error {
    case .noData: reason = "unsigned module"
    case .noPackage: reason = "module with unsupported crypto"
    case .noKey: reason = "module with unavailable key"
    default: return (error, nil)
    }
    if enforces { return (.rejected, "Loading of \(reason) is rejected") }
    if lockdown == .none { return nil }
    return (
      .notPermitted,
      "Lockdown: modprobe: unsigned module loading is restricted; see man kernel_lockdown.7"
    )
  }
}
