import ByteStorage
import ELFFormat
import KernelImages
import KernelReleases
import Kernels
import ModuleVersions
import TestSupport
import Testing

@Suite("Facts of a kernel")
struct KernelFactsTests {
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private static let release = "6.12.1-test"
  private static let config = Array("CONFIG_MODULES=y\nCONFIG_MODVERSIONS=y\n".utf8)

  private func kernel() -> [UInt8] {
    KernelBuilder(release: Self.release, exports: [SampleExport("module_layout", 5)]).build()
  }

  private func write(_ bytes: [UInt8], to name: String) throws {
    var folder = ""
    for part in name.split(separator: "/").dropLast() {
      folder += folder.isEmpty ? String(part) : "/\(part)"
      scratch.makeDirectory(folder)
    }
    try scratch.write(bytes, to: name)
  }

  private func read(_ name: String, config: String? = nil) throws -> KernelFacts {
    try OpenKernel(name.isEmpty ? scratch.path : scratch.file(name)).facts(
      config: config.map { scratch.file($0) })
  }

  @Test("facts come from the image, each with its source")
  func image() throws {
    try write(kernel(), to: "vmlinux")
    let facts = try read("vmlinux")
    #expect(facts.release?.value == Self.release)
    #expect(facts.vermagic?.value == "\(Self.release) SMP mod_unload modversions ")
    #expect(facts.layout?.value == ELFLayout(is64Bit: true, order: .little))
    #expect(facts.machine?.value == .x86_64)
    #expect(facts.exports?.value.rows.count == 1)
    #expect(facts.exports?.source == FactSource(scratch.file("vmlinux")))
    #expect(facts.config == nil && facts.moduleStructureSize == nil && facts.moduleTree == nil)
    #expect(facts.basis == ReleaseBasis(KernelRelease(Self.release)))
  }

  @Test("facts are found beside the image where packages put them")
  func beside() throws {
    try write(kernel(), to: "boot/vmlinuz-\(Self.release)")
    try write(Self.config, to: "boot/config-\(Self.release)")
    try write([0], to: "usr/lib/modules/\(Self.release)/kernel/lib/a.ko")
    for name in ["boot/vmlinuz-\(Self.release)", ""] {
      let facts = try read(name)
      #expect(facts.release?.value == Self.release)
      #expect(facts.config?.value.isSet("MODVERSIONS") == true)
      #expect(facts.moduleTree == scratch.file("usr/lib/modules/\(Self.release)"))
    }
  }

  @Test("facts of a modules directory come from it, and from /boot of its root")
  func modulesDirectory() throws {
    try write(kernel(), to: "lib/modules/\(Self.release)/vmlinuz")
    try write(Self.config, to: "lib/modules/\(Self.release)/config")
    try write([0], to: "lib/modules/\(Self.release)/kernel/a.ko")
    let facts = try read("lib/modules/\(Self.release)")
    #expect(facts.release?.value == Self.release && facts.config != nil)
    #expect(facts.moduleTree == scratch.file("lib/modules/\(Self.release)"))
  }

  @Test("facts of a build tree come from its top")
  func buildTree() throws {
    try write(kernel(), to: "vmlinux")
    try write(Self.config, to: ".config")
    #expect(try read("").config?.source.path == scratch.file(".config"))
  }

  // Makefile: external modules are built with include/config/auto.conf, and need no .config.
  @Test("headers without .config have the options that kbuild reads in its place")
  func setOptions() throws {
    let list = Array("0x00000005\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    try write(list, to: "vmlinux.symvers")
    try write(Self.config, to: "include/config/auto.conf")
    let facts = try read("")
    #expect(facts.config?.source.path == scratch.file("include/config/auto.conf"))
    #expect(facts.exports?.value.rows.count == 1)
    try write(Self.config, to: ".config")
    #expect(try read("").config?.source.path == scratch.file(".config"))
  }

  @Test("a configuration that the user names wins; one of another release does not count")
  func configuration() throws {
    try write(kernel(), to: "boot/vmlinuz-\(Self.release)")
    try write(Self.config, to: "boot/config-6.1.0-other")
    #expect(try read("").config == nil)
    try write(Array("CONFIG_LIVEPATCH=y\n".utf8), to: "mine")
    #expect(try read("", config: "mine").config?.value.isSet("LIVEPATCH") == true)
    #expect(throws: KernelError.self) { try read("", config: "missing") }
    try write(Array("no configuration".utf8), to: "text")
    #expect(throws: KernelError.self) { try read("", config: "text") }
  }

  @Test("Module.symvers gives exports and no other facts")
  func symvers() throws {
    let text = Array("0x00000005\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    try write(text, to: "Module.symvers")
    let facts = try read("Module.symvers")
    #expect(facts.exports?.value.rows.count == 1)
    #expect(facts.release == nil && facts.vermagic == nil)
  }

  @Test(
    "the headers of a release are found in an unpacked package, wherever a distribution puts them",
    arguments: [
      ("usr/src/linux-headers-\(release)/Module.symvers", release),
      ("usr/src/kernels/\(release)/Module.symvers", release),
      ("usr/src/linux-6.4.0-1-obj/x86_64/default/Module.symvers", "6.4.0-1-default"),
      ("usr/lib/modules/\(release)/build/Module.symvers", release),
      ("lib/modules/\(release)/symvers.gz", release), ("Module.symvers.gz", nil),
    ])
  func headers(_ path: String, _ release: String?) throws {
    let text = Array("0x00000005\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    var compressor = Compressor()
    try write(
      path.hasSuffix(".gz") ? compressor.compress(text.rawSpan, .gzip) ?? [] : text, to: path)
    if path.hasSuffix("default/Module.symvers") {
      try write(
        Array("6.4.0-1-default\n".utf8),
        to: "usr/src/linux-6.4.0-1-obj/x86_64/default/include/config/kernel.release")
    }
    let kernel = try OpenKernel(scratch.path)
    #expect(try kernel.facts().exports?.value.rows.count == 1)
    #expect(try kernel.facts().release?.value == release)
  }

  @Test("a list of what modules export alone does not show what the kernel exports")
  func symversOfModules() throws {
    for text in ["", "0x00000005\tmine\t/home/me/mine\tEXPORT_SYMBOL\t\n"] {
      try write(Self.config, to: ".config")
      try write(Array(text.utf8), to: "Module.symvers")
      #expect(try OpenKernel(scratch.path).factsForLoading().exports == nil)
    }
    #expect(try read("Module.symvers").exports?.value.rows.count == 1)
  }

  @Test(
    "where nothing else shows the architecture, the configuration does",
    arguments: [
      ("CONFIG_X86_64=y\nCONFIG_64BIT=y", ELFMachine.x86_64, true, ByteOrder.little),
      ("CONFIG_X86=y\nCONFIG_X86_32=y", .i386, false, .little),
      ("CONFIG_ARM64=y\nCONFIG_64BIT=y", .aarch64, true, .little),
      ("CONFIG_ARM=y\nCONFIG_CPU_BIG_ENDIAN=y", .arm, false, .big),
      ("CONFIG_S390=y\nCONFIG_64BIT=y", .s390, true, .big),
      ("CONFIG_PPC64=y\nCONFIG_64BIT=y\nCONFIG_CPU_LITTLE_ENDIAN=y", .powerPC64, true, .little),
      ("CONFIG_PPC32=y\nCONFIG_CPU_BIG_ENDIAN=y", .powerPC, false, .big),
      ("CONFIG_PPC32=y", .powerPC, false, .big), ("CONFIG_MIPS=y", .mips, false, .little),
      ("CONFIG_RISCV=y\nCONFIG_64BIT=y", .riscV, true, .little),
      ("CONFIG_SPARC64=y\nCONFIG_64BIT=y", .sparcV9, true, .big),
    ])
  func architecture(_ config: String, _ machine: ELFMachine, _ is64Bit: Bool, _ order: ByteOrder)
    throws
  {
    try write(Array("\(config)\n".utf8), to: ".config")
    try write(Array("0x00000005\tf\tvmlinux\tEXPORT_SYMBOL\t\n".utf8), to: "Module.symvers")
    let facts = try read("")
    #expect(facts.machine?.value == machine)
    #expect(facts.layout?.value == ELFLayout(is64Bit: is64Bit, order: order))
    #expect(facts.machine?.source.path == scratch.file(".config"))
  }

  @Test(
    "a configuration for another architecture, or of another series of releases, is not the kernel's",
    arguments: [
      ("x86 6.12.117", "X86_64", nil, nil), ("x86 6.12.0-rc1", "X86_64", nil, nil),
      ("arm64 6.12.1", "ARM64", "arm64", nil), ("x86 6.1.176", "X86_64", nil, "6.1.176"),
      ("arm64 6.1.176", "ARM64", "arm64", "6.1.176"), (nil, "X86_64", nil, nil),
      (nil, "S390", "s390", nil), (nil, "MODULES", nil, nil),
    ] as [(String?, String, String?, String?)])
  func foreignConfiguration(
    _ head: String?, _ option: String, _ machine: String?, _ release: String?
  )
    throws
  {
    try write(kernel(), to: "vmlinux")
    let first = head.map { "#\n# Linux/\($0) Kernel Configuration\n#\n" } ?? ""
    try write(Array("\(first)CONFIG_\(option)=y\n".utf8), to: "mine")
    let found = try read("vmlinux", config: "mine").foreignConfiguration
    #expect(found?.machine?.configuration.name == machine)
    #expect((found?.release?.configuration).map { "\($0)" } == release)
    #expect((found == nil) == (machine == nil && release == nil))
    #expect(try read("vmlinux").foreignConfiguration == nil)
    // Of a list of exports neither is known.
    let text = Array("0x00000005\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    try write(text, to: "headers/Module.symvers")
    #expect(try read("headers/Module.symvers", config: "mine").foreignConfiguration == nil)
  }

  @Test("a file in UTF-16 is named as such, whatever it should be")
  func utf16() throws {
    try write(kernel(), to: "vmlinux")
    for mark in [[0xff, 0xfe], [0xfe, 0xff]] as [[UInt8]] {
      let text = mark + Array("CONFIG_MODULES=y\n".utf16).flatMap { [UInt8($0), 0] }
      try write(text, to: "text")
      for action in [{ try read("text") }, { try read("vmlinux", config: "text") }] {
        let error = #expect(throws: KernelError.self) { _ = try action() }
        #expect(error.map { "\($0)" }?.contains("a text in UTF-16: convert it") == true)
      }
    }
  }

  @Test("a list with a byte order mark, or with carriage returns alone, is named as such")
  func otherTexts() throws {
    let list =
      "0x00000005\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n0x7\tb\tvmlinux\tEXPORT_SYMBOL\t\n"
    let map = "ffffffff81000000 T _text\nffffffff81000010 T b\n"
    for text in [list, map] {
      for (changed, words) in [
        ("\u{feff}" + text, "a byte order mark"),
        (text.replacing("\n", with: "\r"), "carriage returns alone"),
      ] {
        try write(Array(changed.utf8), to: "text")
        let error = #expect(throws: KernelError.self) { _ = try read("text") }
        #expect(error.map { "\($0)" }?.contains(words) == true)
      }
      try write(Array(text.replacing("\n", with: "\r\n").utf8), to: "text")
      _ = try read("text")
    }
  }

  @Test("what cannot be listed among the modules is noted, not taken for nothing")
  func unlistableModules() throws {
    try write(kernel(), to: "vmlinux")
    try write([0], to: "modules/kernel/a.ko")
    guard scratch.writeRaw(name: Array("modules/kernel/".utf8) + [0xff] + Array(".ko".utf8)) else {
      return
    }
    let facts = try OpenKernel(scratch.path).facts(isThorough: true)
    #expect(facts.moduleCount == 1)
    #expect(facts.notes.map(\.code).contains(.modules))
  }

  @Test("exports that an image lacks come from the Module.symvers of its release")
  func symversBeside() throws {
    var elf = ELFBuilder()
    elf.type = 2
    let banner = "Linux version \(Self.release) (a@b) (gcc) #1 SMP now\n\0"
    elf.addSection(".rodata", bytes: Array(banner.utf8), address: 0x1000)
    try write(elf.build(), to: "boot/vmlinuz-\(Self.release)")
    let text = Array("0x00000005\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    try write(text, to: "usr/src/linux-headers-\(Self.release)/Module.symvers")
    let facts = try read("")
    #expect(facts.exports?.source.path.hasSuffix("Module.symvers") == true)
  }

  @Test("a memory dump without a note has the release of a banner in its memory")
  func dumpWithoutNote() throws {
    var memory = MemoryBuilder(0xffff_ffff_86c0_0000)
    try memory.putTables()
    try write(DumpBuilder().core([.init(0x480_0000, memory.bytes.bytes)]), to: "vmcore")
    #expect(try read("vmcore").release?.value == "7.3.4")
  }

  @Test("a file that is not a kernel is an error with its path")
  func noKernel() throws {
    try write([UInt8](repeating: 0x5a, count: 4096), to: "noise")
    scratch.makeDirectory("empty")
    for name in ["noise", "empty", "missing"] {
      let error = #expect(throws: KernelError.self) { try read(name) }
      #expect(error?.path.hasPrefix(scratch.path) == true, "\(name)")
    }
  }
}
