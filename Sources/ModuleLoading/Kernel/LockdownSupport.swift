internal import KernelImages
internal import Livepatching
internal import ModuleTrust

/// Whether a kernel can be locked down.
///
/// - Note: `security_locked_down` asks the hooks of the lockdown LSM (security/lockdown/lockdown.c, 5.4 and
///   later), which are there if `SECURITY_LOCKDOWN_LSM_EARLY` is set, or if `CONFIG_LSM`, or in its place the
///   boot option `lsm=`, lists `lockdown` (security/security.c `ordered_lsm_init`). Before 5.4, distributions
///   had patches with the option `LOCK_DOWN_KERNEL`.
enum LockdownSupport {
  /// It has no such code.
  case absent
  /// Only the boot option `lsm=` puts it into force.
  case unlisted
  case present

  /// By an option's value, `CONFIG_LSM` (`nil` if it is not known), and whether a configuration, or what
  /// stands for it, says of the option whether it is set.
  init(isKnown: Bool, list: String?, _ isSet: (String) -> Bool) {
    if isKnown, !isSet("SECURITY_LOCKDOWN_LSM"), !isSet("LOCK_DOWN_KERNEL") {
      self = .absent
    } else if isSet("SECURITY_LOCKDOWN_LSM"), !isSet("SECURITY_LOCKDOWN_LSM_EARLY"), let list,
      !list.split(separator: ",").contains("lockdown")
    {
      self = .unlisted
    } else {
      self = .present
    }
  }

  /// Takes the level away of a kernel that is not locked down, and notes what that rests on.
  func limit(
    _ policy: inout TrustPolicy, _ request: TrustRequest, _ assumed: inout [LoadAssumption]
  ) {
    guard policy.lockdown != .none, self != .present else { return }
    if self == .unlisted {
      if request.listsLockdown == true { return }
      if request.listsLockdown == nil {
        assumed.append(LoadAssumption(.machineUnknown, key: "lsm", value: "default"))
      }
    }
    policy.lockdown = .none
  }

  /// By what is given and the configuration.
  init(_ settings: LoaderSettings) {
    self.init(
      isKnown: settings.isKnown("SECURITY_LOCKDOWN_LSM"), list: settings.text("LSM"),
      { settings.isSet($0) })
  }

  /// By a configuration.
  init(_ config: KernelConfig) {
    var list: String?
    if case .text(let text) = config["LSM"] { list = text }
    self.init(isKnown: true, list: list) { config.isSet($0) }
  }
}
