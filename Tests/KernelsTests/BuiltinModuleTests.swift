import ByteStorage
import ELFFormat
import Kernels
import TestSupport
import Testing

@Suite("Names of built-in code in /sys/module")
struct BuiltinModuleTests {
  private static let strings: UInt64 = 0xffff_ffff_8300_0000

  /// A kernel with parameters (name and permissions) and modules that have a version.
  private func kernel(
    _ parameters: [(String, UInt16)], versions: [String], byPointer: Bool
  ) -> KernelBuilder {
    var text = ByteBuilder()
    func place(_ string: String) -> UInt64 {
      let start = Self.strings + UInt64(text.count)
      text.put(cString: string)
      return start
    }
    var table = ByteBuilder()
    for (name, permissions) in parameters {
      for word in [place(name), 0, 0] { table.put(word) }
      table.put(UInt64(permissions))
      table.put(UInt64(0))
    }
    var records = ByteBuilder()
    for name in versions {
      records.put(place("version"))
      for _ in 0..<6 { records.put(UInt64(0)) }
      records.put(place(name))
      records.put(place("1.0"))
    }
    var pointers = ByteBuilder()
    for number in versions.indices { pointers.put(Self.strings + 0x3_0000 + UInt64(72 * number)) }
    var kernel = KernelBuilder(release: "6.12.0", exports: [SampleExport("module_layout", 1)])
    kernel.sections = [
      (".strings", text.bytes, Self.strings), ("__param", table.bytes, Self.strings + 0x1_0000),
      ("__modver", (byPointer ? pointers : records).bytes, Self.strings + 0x2_0000),
      (".data", records.bytes, Self.strings + 0x3_0000),
    ]
    return kernel
  }

  @Test("what has parameters that can be seen, or a version", arguments: [false, true])
  func image(_ byPointer: Bool) throws {
    let scratch = try ScratchDirectory()
    let kernel = kernel(
      [("8250.nr_uarts", 0o644), ("hidden.secret", 0), ("panic", 0o644), ("printk.time", 0o644)],
      versions: ["xz_dec"], byPointer: byPointer)
    try scratch.write(kernel.build(), to: "vmlinux")
    let names = try OpenKernel(scratch.file("vmlinux")).builtinModules()?.certain
    #expect(names == ["8250", "kernel", "printk", "xz_dec"])
  }

  @Test(
    "what is not a name, or leads out of its section, is passed over", arguments: [false, true])
  func noNames(_ byPointer: Bool) throws {
    let scratch = try ScratchDirectory()
    var kernel = kernel(
      [
        ("bad name.x", 0o644), ("del\u{7f}.x", 0o644), ("end~!.x", 0o644), ("", 0o644),
        ("lost.x", 0o644), ("after.x", 0o644), ("end.x", 0o644),
      ], versions: ["bad", "", "good"], byPointer: byPointer)
    var strings = ByteBuilder()
    strings.put(kernel.sections[0].1)
    strings.align(to: 8)
    kernel.sections[0].1 = strings.bytes
    // The fifth pointer leads to the end of the strings, after which the file has another section.
    var table = ByteBuilder()
    table.put(kernel.sections[1].1)
    table.set(Self.strings + UInt64(strings.count), at: 4 * 40)
    kernel.sections[1].1 = table.bytes
    kernel.sections.insert((".more", Array("stray.x\0".utf8), Self.strings + 0x4_0000), at: 1)
    try scratch.write(kernel.build(), to: "vmlinux")
    let names = try OpenKernel(scratch.file("vmlinux")).builtinModules()?.certain
    #expect(names == ["end~!", "after", "end", "bad", "good"])
  }

  @Test("what is not in memory, or has no bytes in the file, has no names")
  func otherSections() throws {
    let scratch = try ScratchDirectory()
    let parameters = ["null.x", "bss.x", "good.x", "late.x"]
    var kernel = kernel(parameters.map { ($0, 0o644) }, versions: [], byPointer: false)
    let zeros = Self.strings + 0x4_0000
    var table = ByteBuilder()
    table.put(kernel.sections[1].1)
    table.set(UInt64(0), at: 0)
    table.set(zeros, at: 40)
    kernel.sections[1].1 = table.bytes
    kernel.sections += [
      (".comment", Array("stray.x\0".utf8), 0), (".bss", Array("stray.x\0".utf8), zeros),
      // It has no bytes, so that it hides none of the section in which it begins.
      (".empty", [], Self.strings + 8),
    ]
    var bytes = kernel.build()
    try change(".comment", of: &bytes, at: 8, to: 0)
    try change(".bss", of: &bytes, at: 4, to: UInt8(ELFSectionType.nobits.rawValue))
    try scratch.write(bytes, to: "vmlinux")
    let names = try OpenKernel(scratch.file("vmlinux")).builtinModules()?.certain
    #expect(names == ["good", "late"])
  }

  /// Changes a byte of a section's header.
  private func change(
    _ name: String, of bytes: inout [UInt8], at place: Int, to value: UInt8
  ) throws {
    let header: Int
    do {
      let elf = try ELFFile(ByteSource(bytes.rawSpan))
      let index = elf.sections.firstIndex { elf.name(of: $0).text == name }
      header = elf.headerOffset(ofSection: try #require(index))
    }
    bytes[header + place] = value
  }

  // An object's parameters may have another prefix: kernel/rcu/tree.c, MODULE_PARAM_PREFIX.
  @Test(
    "without tables, versions in modules.builtin.modinfo are certain, and its parameters possible")
  func modinfo() throws {
    let scratch = try ScratchDirectory()
    for name in ["lib", "lib/modules", "lib/modules/6.12.0", "lib/modules/6.12.0/kernel"] {
      _ = scratch.makeDirectory(name)
    }
    try scratch.write(
      KernelBuilder(release: "6.12.0", exports: [SampleExport("a", 1)]).build(),
      to: "lib/modules/6.12.0/vmlinuz")
    let path = scratch.file("lib/modules/6.12.0")
    try scratch.write([], to: "lib/modules/6.12.0/kernel/none.ko")
    #expect(try OpenKernel(path).builtinModules() == nil)
    let text =
      "8250.parmtype=nr:int\u{0}xz_dec.version=1\u{0}loop.license=GPL\u{0}tree.parmtype=a:int\u{0}"
      + "xz_dec.parmtype=a:int\u{0}"
    try scratch.write(Array(text.utf8), to: "lib/modules/6.12.0/modules.builtin.modinfo")
    let names = try #require(try OpenKernel(path).builtinModules())
    #expect(names.certain == ["kernel", "xz_dec"] && names.possible == ["8250", "tree"])
    #expect(!names.isComplete)
    // A kernel loads the modules that it comes with.
    for own in ["tree", "xz_dec"] {
      try scratch.write([], to: "lib/modules/6.12.0/kernel/\(own).ko")
    }
    let others = try #require(try OpenKernel(path).builtinModules())
    #expect(others.certain == ["kernel"] && others.possible == ["8250"])
  }
}
