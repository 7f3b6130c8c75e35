internal import ELFFormat
internal import KernelReleases
internal import Livepatching

/// The relocation types that an architecture's loader takes in one release, and what it says of others.
///
/// - Note: `apply_relocate` and `apply_relocate_add` of arch/*/kernel/module*.c, 5.10 to 7.2; what came
///   and went is in ``ArchitectureBehaviour``.
struct RelocationTypes {
  /// Why a type is refused.
  struct Refused {
    let errno: LoadErrno
    /// What the kernel logs. From an address on it is left out (`…`): only the kernel knows that.
    let line: String?

    init(_ errno: LoadErrno, _ line: String?) {
      self.errno = errno
      self.line = line
    }
  }

  /// Whether the architecture takes relocations with addends.
  let takesAddends: Bool
  /// Whether it takes relocations without.
  let takesNoAddends: Bool
  let machine: ELFMachine
  let is64Bit: Bool
  let moduleName: String
  private let accepted: [ClosedRange<UInt32>]
  let rules: LoaderRules

  /// The types of an architecture; `nil` for one whose code was not read.
  init?(
    _ header: ELFHeader, _ machine: ELFMachine, _ moduleName: String, _ rules: LoaderRules,
    _ options: ArchitectureOptions,
    _ assumed: inout [LoadAssumption]
  ) {
    self.machine = machine
    self.moduleName = moduleName
    self.rules = rules
    is64Bit = header.layout.is64Bit
    guard
      let accepted = RelocationTypes.accepted(machine, is64Bit: is64Bit, rules, options, &assumed)
    else { return nil }
    self.accepted = accepted
    takesNoAddends = [.i386, .arm, .mips, .m68k].contains(machine)
    takesAddends = ![.i386, .arm].contains(machine) && (machine != .mips || is64Bit)
  }

  /// Whether the loader takes a type.
  func accepts(_ type: UInt32) -> Bool { accepted.contains { $0.contains(type) } }

  /// Why the loader refuses a type; `nil` if it takes it.
  func refusal(of type: UInt32) -> Refused? {
    let type = machine == .sparcV9 ? type & 0xff : type
    if accepts(type) { return nil }
    let name = moduleName
    switch machine {
    case .i386: return Refused(.ENOEXEC, "module: \(name): Unknown relocation: \(type)")
    case .aarch64:
      return Refused(
        .ENOEXEC, "\(lineStart)module \(name): unsupported RELA relocation: \(type)")
    case .arm, .arcCompact, .arcV2:
      return Refused(.ENOEXEC, "\(name): unknown relocation: \(type)")
    case .riscV: return riscVRefusal(of: type)
    case .mips: return Refused(.EINVAL, "\(name): Unknown relocation type \(type)")
    case .loongArch: return loongArchRefusal(of: type)
    case .s390:
      let isDynamic = (9...12).contains(type)
      return Refused(.ENOEXEC, isDynamic ? nil : "module \(name): unknown relocation: \(type)")
    case .powerPC64:
      return Refused(.ENOEXEC, "module_64: \(name): Unknown ADD relocation: \(type)")
    case .powerPC: return Refused(.ENOEXEC, "module_32: \(name): unknown ADD relocation: \(type)")
    case .sparc, .sparcV9:
      return Refused(
        .ENOEXEC, "module \(name): Unknown relocation: \(String(type, radix: 16))")
    case .xtensa: return Refused(.ENOEXEC, "\(name): \(xtensaWords(type)) relocation: \(type)")
    default: return Refused(.ENOEXEC, "module \(name): Unknown relocation: \(type)")
    }
  }

  /// How arm64's lines begin.
  var lineStart: String { rules.has(.arm64SaysModules) ? "Modules: " : "" }

  private func riscVRefusal(of type: UInt32) -> Refused {
    guard rules.has(.riscvTakesAll) || type == 43 || type == 20 || type == 26 else {
      return Refused(.EINVAL, "\(moduleName): Unknown relocation type \(type)")
    }
    let words: String
    switch type {
    case 3...11, 58: words = "Dynamic linking not supported in kernel modules PC = …"
    case 21, 22, 29...32: words = "Thread local storage not supported in kernel modules PC = …"
    case 43: words = "The unexpected relocation type 'R_RISCV_ALIGN' from PC = …"
    case 20: words = "can not generate the GOT entry for symbol = …"
    case 26: words = "target …"
    default: words = "Unknown relocation type \(type)"
    }
    return Refused(.EINVAL, "\(moduleName): \(words)")
  }

  private func loongArchRefusal(of type: UInt32) -> Refused {
    let last: UInt32 =
      rules.has(.loongArchTakesPCADD) ? 139 : rules.has(.loongArchHasSections) ? 109 : 56
    if type > last {
      return Refused(.EINVAL, "kmod: \(moduleName): Unknown relocation type \(type)")
    }
    let words = "kmod: \(moduleName): Unsupport relocation type \(type)"
    return Refused(.EINVAL, (52...54).contains(type) ? words : "\(words), please add its support.")
  }

  private func xtensaWords(_ type: UInt32) -> String {
    switch type {
    case 21...34: "unexpected FLIX"
    case 35...49: "unexpected ALT"
    default: "unexpected"
    }
  }
}
