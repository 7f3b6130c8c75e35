import ByteStorage
import Kernels
import TestSupport
import Testing

@Suite("Directories with several releases")
struct SeveralReleasesTests {
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

  @Test(
    "of modules without an image those of the running kernel are taken, and then the newest",
    arguments: ["lib/modules", "usr/lib/modules"])
  func modules(_ folder: String) throws {
    let own = SystemIdentity.kernelRelease
    for release in ["998.2", "0.1", own, "999.1", "0.2"] {
      try write(ModuleBuilder("m").build(), to: "\(folder)/\(release)/kernel/m.ko")
    }
    try write(ModuleBuilder("m").build(), to: "\(folder)/0.3/m.ko")
    try write(ModuleBuilder("m").build(), to: "\(folder)/none/kernel/m.ko")
    let kernel = try OpenKernel(scratch.path)
    #expect(kernel.isModulesOnly && kernel.choice?.taken == own)
    #expect(kernel.choice?.releases == [own, "999.1", "998.2", "0.2", "0.1"])
    #expect(kernel.modulePlace == scratch.file("\(folder)/\(own)"))
  }

  @Test("headers count once for each release, if they have a list of exports")
  func headers() throws {
    let list = Array("0x12345678\tf\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    for path in [
      "usr/src/linux-headers-5.10.0/Module.symvers", "usr/src/linux-headers-6.1.0/Module.symvers",
      "lib/modules/6.1.0/build/Module.symvers", "usr/src/linux-headers-common/Module.symvers",
    ] { try write(list, to: path) }
    try write([], to: "usr/src/linux-headers-6.2.0/Makefile")
    let kernel = try OpenKernel(scratch.path)
    #expect(kernel.choice?.releases == ["6.1.0", "5.10.0"] && kernel.choice?.taken == "6.1.0")
    let place = scratch.file("usr/src/linux-headers-6.1.0/Module.symvers")
    #expect(try kernel.facts().exports?.source.path == place)
  }

  // As SUSE has them.
  @Test("headers by architecture and flavour are those of builds, not what lies in sources")
  func builds() throws {
    let list = Array("0x12345678\tf\tvmlinux\tEXPORT_SYMBOL\t\n".utf8)
    for folder in ["linux-6.4.0-1-obj", "linux-6.5.0-1-src", "other-6.6.0-1-obj"] {
      try write(list, to: "usr/src/\(folder)/x86_64/default/Module.symvers")
    }
    let place = scratch.file("usr/src/linux-6.4.0-1-obj/x86_64/default/Module.symvers")
    #expect(try OpenKernel(scratch.path).facts().exports?.source.path == place)
  }
}
