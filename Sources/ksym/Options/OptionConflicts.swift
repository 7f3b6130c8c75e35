internal import ArgumentParser
internal import ModuleLoading
internal import ModuleTrust

extension TrustOptions {
  /// Refuses what `--assume` says otherwise, or what leaves that without effect.
  func validate(beside kernel: KernelOptions) throws {
    let given = kernel.given
    func refuse(_ option: String, _ key: String, _ value: String) throws {
      guard let other = given.last(where: { $0.key == key }), other.value != value else { return }
      throw ValidationError("\(option) and --assume \(key)=\(other.value) contradict each other")
    }
    if let secureBoot {
      try refuse("--secure-boot \(secureBoot.rawValue)", "secure-boot", secureBoot.rawValue)
    }
    if let lockdown { try refuse("--lockdown \(lockdown.rawValue)", "lockdown", lockdown.rawValue) }
    if sigEnforce { try refuse("--sig-enforce", "sig-enforce", "on") }
    for (isLeftOut, option, what, keys) in [
      (leavesOutSignatures, "--no-signatures", "signatures", ["signer", "sig-enforce"]),
      (leavesOutTypes, "--no-btf", "types", ["btf"]),
    ] where isLeftOut {
      guard let idle = given.first(where: { keys.contains($0.key) }) else { continue }
      throw ValidationError(
        "\(option) leaves \(what) out: --assume \(idle.key)=\(idle.value) would do nothing")
    }
  }
}

extension KernelOptions {
  /// Refuses flags of the system call `finit_module` where modules are loaded by `init_module`, which has none.
  ///
  /// - Note: kernel/module/main.c, `SYSCALL_DEFINE3(init_module, …)` (7.2).
  func refuse(flags: [(option: String, isGiven: Bool)]) throws {
    guard given.last(where: { $0.key == "syscall" })?.value == "init_module",
      let flag = flags.first(where: { $0.isGiven })
    else { return }
    throw ValidationError(
      "\(flag.option) is a flag of finit_module: --assume syscall=init_module has none")
  }
}
