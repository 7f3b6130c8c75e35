import ByteStorage
import KernelImages
import SymbolTables
import TestSupport
import Testing

import Kernels

@Suite("What symbols and contents show")
struct FactRuleTests {
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private func options(_ symbols: [(Unicode.Scalar, String)]) -> ShownOptions? {
    var table = SymbolTable()
    for (index, symbol) in symbols.enumerated() {
      table.append(
        address: UInt64(0x1000 + index), type: UInt8(ascii: symbol.0),
        name: Array(symbol.1.utf8).rawSpan)
    }
    return ShownOptions(table)
  }

  @Test("a kernel that loads modules has an option set if it has the function, whoever sees that")
  func functions() throws {
    let found = options([
      ("T", "load_module"), ("t", "mod_verify_sig"), ("T", "is_hash_blacklisted"), ("T", "other"),
    ])
    let shown = try #require(found)
    for (option, isSet) in [
      ("MODULE_SIG", true), ("SYSTEM_BLACKLIST_KEYRING", true), ("LIVEPATCH", false),
      ("SECURITY_LOCKDOWN_LSM", false), ("LOCK_DOWN_IN_EFI_SECURE_BOOT", false),
    ] { #expect(shown.isSet(option) == isSet, "\(option)") }
    #expect(shown.isSet("MODVERSIONS") == nil)
    let policy = options([("T", "load_module"), ("T", "arch_get_ima_policy")])
    for option in ["IMA_ARCH_POLICY", "IMA_SECURE_AND_OR_TRUSTED_BOOT"] {
      #expect(policy?.isSet(option) == true && shown.isSet(option) == false, "\(option)")
    }
  }

  @Test(
    "a kernel locks itself down under Secure Boot if all its code may call what does so",
    arguments: [("T", true), ("t", false), (nil, false)] as [(Unicode.Scalar?, Bool)])
  func lockDown(_ letter: Unicode.Scalar?, _ isSet: Bool) {
    let own = letter.map { [($0, "lock_kernel_down")] } ?? []
    let both = options([("t", "load_module"), ("T", "efi_set_secure_boot")] + own)
    #expect(both?.isSet("LOCK_DOWN_IN_EFI_SECURE_BOOT") == isSet)
    // As Debian's kernels of ppc64el and s390x.
    let withoutEFI = options([("t", "load_module")] + own)
    #expect(withoutEFI?.isSet("LOCK_DOWN_IN_EFI_SECURE_BOOT") == false)
  }

  @Test("functions show options though nothing is known to load modules; without any, nothing does")
  func without() {
    #expect(options([("T", "klp_enable_patch")])?.isSet("LIVEPATCH") == true)
    #expect(options([("T", "klp_enable_patch")])?.isSet("MODULE_SIG") == false)
    #expect(options([("T", "_text"), ("T", "other")]) == nil)
    #expect(options([]) == nil)
  }

  @Test(
    "protected names lie in an array in order, of one width, and what is no name ends it",
    arguments: [
      (["aa", "b", "cc"], ["aa", "b", "cc"]), (["aa", "b", "a"], ["aa", "b"]),
      (["aa", "b", "b"], ["aa", "b"]), (["aa", "b c", "d"], ["aa"]),
      (["aa", "b\u{7f}", "d"], ["aa"]), (["aa", "~", "d"], ["aa", "~"]),
      (["", "b"], []), ([], []),
    ] as [([String], [String])])
  func protected(_ array: [String], _ names: [String]) {
    var bytes = ByteBuilder()
    for (index, name) in array.enumerated() {
      bytes.put(text: name)
      bytes.pad(to: 8 * index + 8)
    }
    let found = ProtectedSymbols.names(in: bytes.bytes.rawSpan)
    #expect(found == Set(names.map { Array($0.utf8) }))
  }

  @Test("a module that cannot be read does not keep the next from giving its structure's size")
  func structureSize() throws {
    try scratch.write(KernelBuilder().build(), to: "vmlinux")
    for folder in ["modules", "modules/kernel"] { scratch.makeDirectory(folder) }
    try scratch.write([0], to: "modules/kernel/a.ko")
    try scratch.write(ELFBuilder().build(), to: "modules/kernel/b.ko")
    try scratch.write(ModuleBuilder().build(), to: "modules/kernel/c.ko")
    let facts = try OpenKernel(scratch.path).facts(isThorough: true)
    #expect(facts.moduleStructureSize?.value == 1280)
    #expect(facts.moduleStructureSize?.source.path == scratch.file("modules/kernel/c.ko"))
  }

  @Test("a configuration is found though the section that has it has another name")
  func configuration() throws {
    var compressor = Compressor()
    let text = Array("CONFIG_MODULES=y\n".utf8)
    let found = compressor.compress(text.rawSpan, .gzip)
    let packed = try #require(found)
    let banner = Array("Linux version 6.12.0 (a@b) (gcc) #1 SMP now\n\0".utf8)
    for constants in [nil, [], [1, 2, 3]] as [[UInt8]?] {
      var elf = ELFBuilder()
      elf.type = 2
      if let constants { elf.addSection(".rodata", bytes: constants, address: 0x1000) }
      elf.addSection(
        ".data", bytes: banner + Array("IKCFG_ST".utf8) + packed + Array("IKCFG_ED".utf8),
        address: 0x2000)
      try scratch.write(elf.build(), to: "vmlinux")
      #expect(try OpenKernel(scratch.file("vmlinux")).facts().config?.value["MODULES"] == .yes)
    }
  }

  @Test("modules that differ in what signs them, or in whether something does, differ in that only")
  func signatures() throws {
    func signed(_ bytes: [UInt8], _ signature: [UInt8]) -> [UInt8] {
      let length = UInt8(signature.count)
      return bytes + signature + [0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, length]
        + Array("~Module signature appended~\n".utf8)
    }
    let (one, other) = (ModuleBuilder("one").build(), ModuleBuilder("other").build())
    for (left, right, code) in [
      (one, one, nil), (one, signed(one, [1]), .signature), (signed(one, [1]), one, .signature),
      (signed(one, [1]), signed(one, [2, 3]), .signature), (one, signed(other, [1]), .content),
      (signed(one, [1]), signed(other, [1]), .content), (one, other, .content),
      (signed(one + [0], [1]), signed(one, [1]), .content),
    ] as [([UInt8], [UInt8], ModuleDifference.Code?)] {
      let found = try ModuleDifference.between(
        ByteSource(left.rawSpan), ByteSource(right.rawSpan))
      #expect(found.map(\.code) == (code.map { [$0] } ?? []))
    }
  }
}
