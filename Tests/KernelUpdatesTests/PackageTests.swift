import ByteStorage
import ELFFormat
import ModuleFiles
import TestSupport
import Testing

import KernelUpdates

@Suite("Dependencies of packages")
struct PackageTests {
  private func lines(_ package: PackageDependencies, areRequires: Bool = false) -> [String] {
    var output = OutputBuffer()
    package.write(to: &output, areRequires: areRequires)
    return String(decoding: output.bytes, as: UTF8.self).split(separator: "\n").map { String($0) }
  }

  /// The lines of a package with one module.
  private func lines(
    _ path: String, release: String = "7.2.0-a", _ style: PackageDependencies.Style = .redhat
  ) throws -> [String] {
    var builder = ModuleBuilder("m", vermagic: "\(release) SMP ")
    builder.exports = [SampleExport("mine", 0xab)]
    let bytes = builder.build()
    var package = PackageDependencies(style)
    let problems = try package.addProvides(
      of: ModuleFile(ByteSource(bytes.rawSpan)), path: path)
    #expect(problems.isEmpty || release.hasSuffix("-"))
    return lines(package)
  }

  @Test("the flavour is what follows the last hyphen of a release, which may be nothing")
  func flavours() throws {
    for (release, flavour) in [
      ("7.2.0-a", "a"), ("7.2.0-1-default", "default"), ("7.2.0", "7.2.0"), ("7.2.0-", nil),
      ("7.2.0--", nil), ("7.2.0--x", "x"),
    ] {
      #expect(
        try lines("m.ko", release: release, .suse)
          == (flavour.map { ["kmod(m.ko)", "ksym(\($0):mine) = ab"] } ?? []), "\(release)")
    }
  }

  @Test("an export with the version 0 is one without, and is named as such")
  func zeroVersions() throws {
    var builder = ModuleBuilder("m")
    builder.exports = [SampleExport("first", 1), SampleExport("zero", 0), SampleExport("last", 2)]
    let bytes = builder.build()
    var package = PackageDependencies(.redhat)
    let problems = try package.addProvides(
      of: ModuleFile(ByteSource(bytes.rawSpan)), path: "m.ko")
    #expect(problems == [.noVersion(name: "zero")])
    #expect(
      lines(package) == [
        "ksym(first) = 0x00000001", "ksym(last) = 0x00000002", "ksym(zero) = 0x00000000",
      ])
  }

  // find-requires.ksyms reads versions from absolute symbols only (nm's letter A).
  @Test("a requirement is met in the package by a version that is an absolute symbol, no other")
  func ownProvides() throws {
    for isMet in [true, false] {
      var elf = ModuleBuilder("exporter", vermagic: "7.2.0-a SMP ").elf()
      let place = elf.addSection("__crc", bytes: [5, 0, 0, 0])
      elf.addSymbol(
        "__crc_theirs", section: isMet ? 0xfff1 : place, value: isMet ? 5 : 0)
      let exporter = elf.build()
      var builder = ModuleBuilder("user", vermagic: "7.2.0-a SMP ")
      builder.require("theirs", 5)
      let user = builder.build()
      var package = PackageDependencies(.suse)
      for bytes in [exporter, user] {
        _ = try package.addRequires(of: ModuleFile(ByteSource(bytes.rawSpan)), kernel: nil)
      }
      #expect(lines(package, areRequires: true) == (isMet ? [] : ["ksym(a:theirs) = 5"]))
    }
  }

  @Test(
    "a module is the kernel's own in lib/modules/RELEASE/kernel, wherever that is",
    arguments: [
      ("/lib/modules/7.2.0-a/kernel/m.ko", true), ("lib/modules/7.2.0-a/kernel/m.ko", true),
      ("/tmp/root/usr/lib/modules/7.2.0-a/kernel/drivers/m.ko.xz", true),
      ("/lib/lib/modules/7.2.0-a/kernel/m.ko", true),
      ("/lib/modules/7.2.0-a/extra/m.ko", false), ("/lib/modules/7.2.0-a/m.ko", false),
      ("/lib/firmware/7.2.0-a/kernel/m.ko", false), ("/opt/modules/7.2.0-a/kernel/m.ko", false),
      ("/lib/modules/7.2.0-a/a/kernel/m.ko", false), ("/lib/modules/a/b/c/m.ko", false),
      ("/a/b/c/kernel/m.ko", false), ("/lib/modules/kernel/m.ko", false), ("kernel/m.ko", false),
      ("m.ko", false),
    ])
  func ownTree(_ path: String, _ isOwn: Bool) throws {
    #expect(try lines(path) == ["\(isOwn ? "kernel" : "ksym")(mine) = 0x000000ab"])
  }
}
