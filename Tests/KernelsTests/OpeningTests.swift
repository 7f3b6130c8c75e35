import ByteStorage
import KernelImages
import ModuleVersions
import TestSupport
import Testing

import Kernels

@Suite("Which file is the kernel")
struct OpeningTests {
  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  @Test("texts that are no list of symbols say what to take in their place")
  func otherTexts() throws {
    let note =
      "ffffffffffffffff B The real System.map is in the linux-image-<version>-dbg package\n"
    let list = "ffffffff81000000 T _text\nffffffff81000100 T vfs_read\n"
    for (bytes, words) in [
      (Array(note.utf8), "the real System.map is in the package linux-image-RELEASE-dbg"),
      ([0xff, 0xfe] + list.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }, "UTF-16"),
      ([0xfe, 0xff] + list.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }, "UTF-16"),
    ] as [([UInt8], String)] {
      let path = try scratch.write(bytes, to: "System.map")
      let error = #expect(throws: KernelError.self) { try OpenKernel(path) }
      #expect(error.map { "\($0)" }?.contains(words) ?? false, "\(words)")
    }
  }

  @Test("releases have one order, in which candidates come before what they are candidates for")
  func order() {
    let sorted = [
      "rescue", "x", "0-rescue-f00", "5.10.3", "6.1.0-9-amd64", "6.1.0-10-amd64", "7.0-rc1",
      "7.0-rc1-amd64", "7.0-rc2", "7.0-rc10", "7.0", "7.0+", "7.0-1-amd64", "7.0-amd64", "7.0.1",
      "7.1", "10.0",
    ]
    for (index, left) in sorted.enumerated() {
      for (number, right) in sorted.enumerated() {
        #expect(ReleaseOrder.isOlder(left, right) == (index < number), "\(left), \(right)")
      }
    }
    #expect(ReleaseOrder.isOlder("7.01", "7.1") && !ReleaseOrder.isOlder("7.1", "7.01"))
  }

  @Test("the running kernel is taken before newer ones, and each release is listed once")
  func running() throws {
    let own = SystemIdentity.kernelRelease
    for release in ["999.1", own, "0.1"] {
      try scratch.write(KernelBuilder(release: release).build(), to: "vmlinuz-\(release)")
    }
    for folder in ["lib", "lib/modules", "lib/modules/999.1"] { scratch.makeDirectory(folder) }
    try scratch.write(KernelBuilder(release: "999.1").build(), to: "lib/modules/999.1/vmlinuz")
    let found = ImageCandidates(in: scratch.path)
    #expect(found.releases == [own, "999.1", "0.1"])
    #expect(
      found.paths == [
        scratch.file("vmlinuz-\(own)"), scratch.file("vmlinuz-999.1"),
        scratch.file("lib/modules/999.1/vmlinuz"), scratch.file("vmlinuz-0.1"),
      ])
  }

  @Test("an image with exports or functions is a whole kernel though its banner is not found")
  func whole() throws {
    var exports = KernelBuilder(exports: [SampleExport("f", 1)])
    (exports.banner, exports.vermagic) = ("", "")
    var functions = ELFBuilder()
    functions.type = 2
    let text = functions.addSection(".text", bytes: [0xc3], address: 0x1000)
    functions.addSymbol("data", section: text, value: 0x1000, type: 1)
    functions.addSymbol("function", section: text, value: 0x1000, type: 2)
    let list = Array("ffffffff81000000 T _text\nffffffff81000010 T a\n".utf8)
    try scratch.write(KernelBuilder().build(), to: "vmlinuz")
    for bytes in [exports.build(), functions.build(), list] {
      try scratch.write(bytes, to: "vmlinux")
      #expect(try OpenKernel(scratch.path).filePath == scratch.file("vmlinux"))
    }
  }

  @Test("what is no kernel, or a part of one, is passed over")
  func parts() throws {
    var image = ByteBuilder()
    image.set(Array("ARM\u{64}".utf8), at: 0x38)
    image.pad(to: 1 << 16)
    let config = Array("#\n# Linux/x86 6.1.200 Kernel Configuration\n#\nCONFIG_X=y\n".utf8)
    try scratch.write(KernelBuilder().build(), to: "vmlinuz")
    for bytes in [image.bytes, config, StubKernelBuilder.build()] {
      try scratch.write(bytes, to: "vmlinux")
      #expect(try OpenKernel(scratch.path).filePath == scratch.file("vmlinuz"))
    }
  }

  @Test("an image named by a short path has no build tree above it")
  func shortPath() {
    #expect(KernelPaths("none/arch/Image").configs(release: nil).isEmpty)
  }

  @Test("a header of a build that lacks its release gives none")
  func header() throws {
    for folder in ["include", "include/generated"] { scratch.makeDirectory(folder) }
    try scratch.write(Array("#define UTS_RELEASE \n".utf8), to: "include/generated/utsrelease.h")
    let symvers = Array("0x12345678\tf\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    try scratch.write(symvers, to: "Module.symvers")
    #expect(try OpenKernel(scratch.path).facts().release == nil)
  }

  @Test("exports with those of modules come from the list beside an image, or are those it gave")
  func exportsWithModules() throws {
    try scratch.write(KernelBuilder(exports: [SampleExport("f", 5)]).build(), to: "vmlinux")
    let own = Array("0x00000005\tf\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    #expect(try OpenKernel(scratch.path).exportsWithModules().value.rows.count == 1)
    let more = Array("0x00000006\tg\tdrivers/g\tEXPORT_SYMBOL\t\n".utf8)
    try scratch.write(own + more, to: "Module.symvers")
    for path in [scratch.path, scratch.file("vmlinux")] {
      let exports = try OpenKernel(path).exportsWithModules()
      #expect(exports.source.path == scratch.file("Module.symvers"))
      #expect(exports.value.rows.count == 2)
    }
  }
}
