import ModuleLoading
import ModuleTrust
import TestSupport
import Testing

@Suite("EFI variables in files")
struct MachineFileTests {
  @Test("a variable's file begins with its attributes; without the vendor in its name it does not")
  func reading() throws {
    let scratch = try ScratchDirectory()
    #expect(MachineKeys(directory: scratch.path).isSecureBoot == nil)
    try scratch.write([6, 0, 0, 0, 1], to: "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c")
    #expect(MachineKeys(directory: scratch.path).isSecureBoot == true)
    // shim was asked not to verify: a variable that only it can have made.
    try scratch.write([6, 0, 0, 0, 1], to: "MokSBStateRT-605dab50-e046-4300-abb6-3dd810dd8b23")
    #expect(MachineKeys(directory: scratch.path).isSecureBoot == false)
    try scratch.write([7, 0, 0, 0, 1], to: "MokSBStateRT-605dab50-e046-4300-abb6-3dd810dd8b23")
    #expect(MachineKeys(directory: scratch.path).isSecureBoot == true)
    try scratch.write([1], to: "MokListTrustedRT")
    #expect(MachineKeys(directory: scratch.path).trustsOwner)
    // Of shim's variables its table counts.
    #expect(MachineKeys(directory: scratch.path).ownerKeys == nil)
    try scratch.write([7, 0, 0, 0], to: "MokListRT-605dab50-e046-4300-abb6-3dd810dd8b23")
    #expect(MachineKeys(directory: scratch.path).ownerKeys?.isPersistent == true)
    try scratch.write([], to: "MokListRT")
    #expect(MachineKeys(directory: scratch.path).ownerKeys?.isPersistent == false)
  }

  @Test("the folder that has both folders is taken, too")
  func bothFolders() throws {
    let scratch = try ScratchDirectory()
    for folder in ["efivars", "mok-variables"] { scratch.makeDirectory(folder) }
    try scratch.write(
      [6, 0, 0, 0, 1], to: "efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c")
    try scratch.write([1], to: "mok-variables/MokListTrustedRT")
    let machine = MachineKeys(directory: scratch.path)
    #expect(machine.isSecureBoot == true && machine.trustsOwner)
  }

  @Test("a running machine says how strict it is, and shows its variables")
  func running() throws {
    let scratch = try ScratchDirectory()
    let silent = TrustRequest.ofRunningMachine(root: scratch.path)
    #expect(silent.machine == nil && silent.lockdown == nil)
    #expect(silent.enforcesSignatures != true && silent.appraisesModules != true)
    for folder in [
      "proc", "sys", "sys/firmware", "sys/firmware/efi", "sys/firmware/efi/efivars", "sys/kernel",
      "sys/kernel/security", "sys/module", "sys/module/module", "sys/module/module/parameters",
    ] { scratch.makeDirectory(folder) }
    try scratch.write(Array("quiet ima_policy=secure_boot\n".utf8), to: "proc/cmdline")
    try scratch.write(
      Array("none [integrity] confidentiality\n".utf8), to: "sys/kernel/security/lockdown")
    try scratch.write(Array("Y\n".utf8), to: "sys/module/module/parameters/sig_enforce")
    try scratch.write(
      [6, 0, 0, 0, 1],
      to: "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c")
    let strict = TrustRequest.ofRunningMachine(root: scratch.path)
    #expect(strict.machine?.isSecureBoot == true && strict.lockdown == .integrity)
    #expect(strict.enforcesSignatures == true && strict.appraisesModules == true)
    try scratch.write(
      Array("[none] integrity confidentiality\n".utf8), to: "sys/kernel/security/lockdown")
    try scratch.write(Array("N\n".utf8), to: "sys/module/module/parameters/sig_enforce")
    let lax = TrustRequest.ofRunningMachine(root: scratch.path)
    #expect(lax.lockdown == TrustPolicy.Lockdown.none && lax.enforcesSignatures == false)
    #expect(lax.listsLockdown == nil)
    // The level is set by the boot option, whether or not anybody asks for it.
    try scratch.write(
      Array("none [integrity] confidentiality\n".utf8), to: "sys/kernel/security/lockdown")
    for (list, isListed) in [("lockdown,capability,yama", true), ("capability,yama\n", false)] {
      try scratch.write(Array(list.utf8), to: "sys/kernel/security/lsm")
      let machine = TrustRequest.ofRunningMachine(root: scratch.path)
      #expect(machine.listsLockdown == isListed)
      #expect(machine.lockdown == (isListed ? .integrity : TrustPolicy.Lockdown.none))
    }
  }
}
