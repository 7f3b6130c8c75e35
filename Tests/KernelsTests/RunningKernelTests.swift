import ByteStorage
import Kernels
import ModuleVersions
import SymbolTables
import TestSupport
import Testing

@Suite("The running kernel")
struct RunningKernelTests {
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private func write(_ bytes: [UInt8], to path: String) throws {
    var folder = ""
    for part in path.split(separator: "/").dropLast() {
      folder += folder.isEmpty ? String(part) : "/\(part)"
      scratch.makeDirectory(folder)
    }
    try scratch.write(bytes, to: path)
  }

  /// Headers of the running kernel, and no image: Ubuntu's may be read by root only.
  private func writeHeaders() throws {
    let text = Array("0x00000005\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    try write(text, to: "usr/src/linux-headers-\(SystemIdentity.kernelRelease)/Module.symvers")
  }

  // kernel/bpf/sysfs_btf.c; kernel/params.c, kernel/module/main.c: `initstate` is a file of modules only.
  @Test("shows its types and the names of its code in /sys, which everybody may read")
  func shown() throws {
    try writeHeaders()
    try write(StubKernelBuilder.typeInformation(1344), to: "sys/kernel/btf/vmlinux")
    for path in ["printk/parameters/time", "ahci/uevent", "loop/initstate", "loop/parameters/max"] {
      try write(Array("live\n".utf8), to: "sys/module/\(path)")
    }
    let kernel = try OpenKernel("running", root: scratch.path)
    let facts = try kernel.factsForLoading()
    #expect(facts.release?.value == SystemIdentity.kernelRelease)
    #expect(facts.exports?.value.rows.count == 1)
    #expect(facts.moduleStructureSize?.value == 1344)
    let source = FactSource(.btf, scratch.file("sys/kernel/btf/vmlinux"))
    #expect(facts.moduleStructureSize?.source == source)
    #expect(try kernel.facts(isThorough: true).moduleStructureSize?.value == 1344)
    #expect(kernel.types() != nil && kernel.types(few: true) != nil)
    let names = kernel.builtinModules()
    #expect(names?.certain == ["printk", "ahci"] && names?.isComplete == true)
  }

  @Test("without these files, or with damaged ones, nothing is known of them")
  func nothing() throws {
    try writeHeaders()
    for damage in [nil, [], [0x9f, 0xeb, 1, 0, 24, 0, 0, 0], [UInt8](repeating: 0xff, count: 64)]
      as [[UInt8]?]
    {
      if let damage { try write(damage, to: "sys/kernel/btf/vmlinux") }
      let kernel = try OpenKernel("running", root: scratch.path)
      #expect(try kernel.factsForLoading().moduleStructureSize == nil)
      #expect(kernel.types() == nil && kernel.builtinModules() == nil)
    }
  }

  @Test("is read from its image first, with the configuration that it shows")
  func image() throws {
    let release = SystemIdentity.kernelRelease
    var kernel = KernelBuilder(release: release, exports: [SampleExport("module_layout", 5)])
    kernel.sections = [(".BTF", StubKernelBuilder.typeInformation(1280), 0xffff_ffff_8300_0000)]
    try write(kernel.build(), to: "boot/vmlinuz-\(release)")
    try write(StubKernelBuilder.typeInformation(1344), to: "sys/kernel/btf/vmlinux")
    try write(Array("CONFIG_MODULES=y\n".utf8), to: "proc/config.gz")
    let list = "ffffffff81000000 T _text\nffffffff81000010 T running\n"
    try write(Array(list.utf8), to: "proc/kallsyms")
    let opened = try OpenKernel("running", root: scratch.path)
    let facts = try opened.factsForLoading()
    #expect(facts.moduleStructureSize?.value == 1280)
    #expect(facts.config?.source.path == scratch.file("proc/config.gz"))
    #expect(try opened.symbols().table.index(named: "running") != nil)
  }
}
