import ELFFormat
import Kernels
import TestSupport
import Testing

/// Registering a driver makes a directory in /sys/module: drivers/base/module.c, 6.16 and stable releases.
@Suite("Names of built-in drivers in /sys/module")
struct BuiltinDriverTests {
  private static let strings: UInt64 = 0xffff_ffff_8300_0000
  private static let text: UInt64 = 0xffff_ffff_8310_0000
  private static let functions: [(name: String, offset: UInt64)] = [
    ("__pci_register_driver", 0x1000), ("__platform_driver_probe", 0x1010),
    ("__xenbus_register_frontend", 0x1020), ("pnp_register_driver", 0x1030),
    ("lookup_or_create_module_kobject", 0x2000), ("module_add_driver", 0x2100),
    ("after_it", 0x2180),
  ]
  private static func address(_ name: String) -> UInt64 {
    text + (functions.first { $0.name == name }?.offset ?? 0)
  }

  /// Machine code with names in it.
  private struct Code {
    var code = ByteBuilder()
    var strings = ByteBuilder()
    var symbols: [(String, UInt64, Bool)] = []

    mutating func place(_ name: String) -> UInt64 {
      let start = BuiltinDriverTests.strings + 0x100 + UInt64(strings.count)
      strings.put(cString: name)
      return start
    }

    mutating func function(_ name: String) {
      code.align(to: 16)
      symbols.append((name, here, true))
    }

    var here: UInt64 { BuiltinDriverTests.text + UInt64(code.count) }

    /// An instruction of x86-64 whose last four bytes are the distance to an address.
    mutating func x86(_ opcode: [UInt8], to target: UInt64) {
      code.put(opcode)
      code.put(UInt32(truncatingIfNeeded: target &- (here &+ 4)))
    }

    /// An instruction of x86-64 whose last four bytes are an address.
    mutating func x86(_ opcode: [UInt8], _ value: UInt64) {
      code.put(opcode)
      code.put(UInt32(truncatingIfNeeded: value))
    }

    /// ADRP and ADD.
    mutating func arm64(load target: UInt64, into register: UInt32) {
      let pages = UInt32(truncatingIfNeeded: (target >> 12) &- (here >> 12))
      code.put(0x9000_0000 | (pages & 3) << 29 | (pages >> 2 & 0x7ffff) << 5 | register)
      code.put(
        0x9100_0000 | UInt32(target & 0xfff) << 10 | register << 5 | register)
    }

    mutating func arm64(branch opcode: UInt32, to target: UInt64) {
      code.put(opcode | UInt32(truncatingIfNeeded: (target &- here) >> 2) & 0x3ff_ffff)
    }
  }

  /// The names in a kernel in which registering a driver makes a directory, or does not.
  private func names(
    _ machine: ELFMachine, _ code: Code, makesDirectories: Bool = true
  ) throws -> BuiltinNames {
    var code = code
    let end = code.here
    code.code.put([UInt8](repeating: 0, count: 0x2100 - code.code.count))
    let making = Self.address("lookup_or_create_module_kobject")
    if machine == .x86_64 {
      code.x86([0x90, makesDirectories ? 0xe8 : 0xb8], to: making)
    } else {
      code.arm64(branch: makesDirectories ? 0x9400_0000 : 0x5400_0000, to: making)
    }
    code.code.put([UInt8](repeating: 0, count: 0x2200 - code.code.count))
    var table = ByteBuilder()
    for word in [Self.strings, 0, 0, 0o644, 0] { table.put(UInt64(word)) }
    var kernel = KernelBuilder(release: "6.12.117", exports: [SampleExport("module_layout", 1)])
    kernel.machine = machine
    var strings = ByteBuilder()
    strings.put(cString: "printk.time")
    strings.put([UInt8](repeating: 0, count: 0x100 - strings.count))
    strings.put(code.strings.bytes)
    kernel.sections = [
      (".strings", strings.bytes, Self.strings), ("__param", table.bytes, Self.strings + 0x1_0000),
      (".text", code.code.bytes, Self.text),
    ]
    kernel.symbols.append(("_sinittext", Self.text, true))
    kernel.symbols += code.symbols
    kernel.symbols.append(("_einittext", end, true))
    for function in Self.functions {
      kernel.symbols.append((function.name, Self.text + function.offset, true))
    }
    let scratch = try ScratchDirectory()
    try scratch.write(kernel.build(), to: "vmlinux")
    return try #require(try OpenKernel(scratch.file("vmlinux")).builtinModules())
  }

  /// Functions as gcc compiles `module_pci_driver(…)` and longer ones.
  private var x86: Code {
    var code = Code()
    let register = Self.address("__pci_register_driver")
    // ENDBR64, NOP; XOR ESI, ESI; MOV RDX, name; MOV RDI, driver; JMP.
    code.function("plain_init")
    code.code.put([0xf3, 0x0f, 0x1e, 0xfa, 0x0f, 0x1f, 0x44, 0, 0, 0x31, 0xf6])
    code.x86([0x48, 0xc7, 0xc2], code.place("plain"))
    code.x86([0x48, 0xc7, 0xc7], 0x8340_0000)
    code.x86([0xe9], to: register)
    // LEA, and a call of something else before.
    code.function("lea_init")
    code.code.put([0x55, 0x48, 0x89, 0xe5, 0x41, 0x54, 0x48, 0x83, 0xec, 8])
    code.x86([0x48, 0x8d, 0x15], to: code.place("stale"))
    code.x86([0xe8], to: Self.address("pnp_register_driver"))
    code.x86([0x48, 0x8d, 0x15], to: code.place("near"))
    code.code.put([0x90, 0x66, 0x90, 0xbf, 1, 2, 3, 4, 0x89, 0xc6, 0x45, 0x31, 0xc0])
    code.x86([0x48, 0x8d, 0x3d], to: Self.strings)
    code.x86([0xe8], to: register)
    // TEST EAX, EAX; JNE.
    code.function("choosing_init")
    code.code.put([0x85, 0xc0, 0x75, 0x40])
    code.x86([0x48, 0xc7, 0xc2], code.place("chosen"))
    code.x86([0xe8], to: register)
    // The fourth argument.
    code.function("probing_init")
    code.x86([0x48, 0xc7, 0xc2], code.place("owner"))
    code.x86([0x48, 0xc7, 0xc1], code.place("probed"))
    code.x86([0xe8], to: Self.address("__platform_driver_probe"))
    code.function("far_probing_init")
    code.code.put([0x85, 0xc0, 0x75, 0x40])
    code.x86([0x48, 0x8d, 0x0d], to: code.place("probed-far"))
    code.x86([0xe8], to: Self.address("__platform_driver_probe"))
    code.function("xen_init")
    code.x86([0x48, 0xc7, 0xc2], code.place("xen_kbdfront"))
    code.x86([0xe8], to: Self.address("__xenbus_register_frontend"))
    // It takes no name.
    code.function("pnp_init")
    code.x86([0x48, 0xc7, 0xc2], code.place("pnp"))
    code.x86([0xe8], to: Self.address("pnp_register_driver"))
    // A name that an earlier function loads is not this one's.
    code.function("nameless_init")
    code.code.put([0x85, 0xc0, 0x75, 0x40])
    code.x86([0xe8], to: register)
    return code
  }

  @Test("x86-64: names by the code of their registration")
  func x86Names() throws {
    let names = try names(.x86_64, x86)
    #expect(names.certain == ["printk", "plain", "near", "probed"])
    #expect(names.possible == ["chosen", "probed-far"])
    #expect(names.guestOnly == ["xen_kbdfront"])
    #expect(names.isComplete)
  }

  @Test("where registering a driver makes no directory, drivers have no names")
  func noDirectories() throws {
    let names = try names(.x86_64, x86, makesDirectories: false)
    #expect(names.certain == ["printk"] && names.possible == [] && names.guestOnly == [])
    #expect(try self.names(.aarch64, arm64, makesDirectories: false).certain == ["printk"])
  }

  private var arm64: Code {
    var code = Code()
    let register = Self.address("__pci_register_driver")
    code.function("plain_init")
    code.code.put(0xd503_233f as UInt32)
    code.arm64(load: code.place("plain"), into: 2)
    code.arm64(load: Self.strings, into: 0)
    code.arm64(branch: 0x9400_0000, to: register)
    // ADR; a branch that leads away comes after the call.
    code.function("near_init")
    let near = code.place("near")
    let distance = UInt32(truncatingIfNeeded: near &- code.here)
    let (low, high) = ((distance & 3) << 29, (distance >> 2 & 0x7ffff) << 5)
    let adr: UInt32 = 0x1000_0002 | low | high
    code.code.put(adr)
    code.arm64(branch: 0x1400_0000, to: register)
    code.arm64(load: code.place("behind"), into: 2)
    code.arm64(branch: 0x9400_0000, to: register)
    for (index, branch) in [0x3400_0040, 0xb500_0040, 0x3600_0040, 0x5400_0041].enumerated() {
      code.function("choosing_init_\(index)")
      code.code.put(UInt32(branch))
      code.arm64(load: code.place("chosen\(index)"), into: 2)
      code.arm64(branch: 0x9400_0000, to: register)
    }
    // What another instruction writes, or a call leaves behind, is no address.
    code.function("written_init")
    code.arm64(load: code.place("written"), into: 2)
    code.code.put(0xaa00_03e2 as UInt32)
    code.arm64(branch: 0x9400_0000, to: register)
    code.arm64(load: code.place("stale"), into: 2)
    code.arm64(branch: 0x9400_0000, to: Self.address("pnp_register_driver"))
    code.arm64(branch: 0x9400_0000, to: register)
    code.function("probing_init")
    code.arm64(load: code.place("probed"), into: 3)
    code.arm64(branch: 0x9400_0000, to: Self.address("__platform_driver_probe"))
    return code
  }

  @Test("arm64: names by the code of their registration")
  func arm64Names() throws {
    let names = try names(.aarch64, arm64)
    #expect(names.certain == ["printk", "plain", "near", "probed"])
    #expect(names.possible == ["behind", "chosen0", "chosen1", "chosen2", "chosen3"])
  }

  @Test("the code of other architectures is not read")
  func otherArchitectures() throws {
    #expect(try names(ELFMachine(rawValue: 243), arm64).certain == ["printk"])
  }
}
