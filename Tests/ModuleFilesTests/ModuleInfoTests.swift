import ByteStorage
import ELFFormat
import ModuleFiles
import TestSupport
import Testing

@Suite("Module information")
struct ModuleInfoTests {
  /// The strings of a section, which may run on into what follows.
  private func strings(_ section: String, followedBy rest: String = "") -> [String] {
    let bytes = Array((section + rest).utf8)
    let info = ModuleInfo(bytes.rawSpan, size: section.utf8.count)
    var found: [String] = []
    info.forEach {
      found.append($0.text)
      return true
    }
    return found
  }

  @Test("strings are separated by any number of NULs")
  func separators() {
    #expect(strings("a=1\0\0\0b=2\0") == ["a=1", "b=2"])
    #expect(strings("a=1\0b\0c=\0\0\0\0") == ["a=1", "b", "c="])
    #expect(strings("").isEmpty)
  }

  @Test("a last value without a NUL runs on past the section")
  func unterminated() {
    #expect(strings("a=1\0b=2", followedBy: "34\0c=5\0") == ["a=1", "b=234"])
    #expect(strings("a=1", followedBy: "") == ["a=1"])
  }

  // kernel/module/main.c, 7.3: get_next_modinfo gives a string without asking where the section ends.
  @Test("a module's last value runs on in the file only if the section does not end with a NUL")
  func unterminatedSection() throws {
    for (section, rest, name) in [
      ("name=a\0", "b\0", "a"), ("name=a", "b\0c\0", "ab"), ("name=", "b\0", "b"),
      ("name=a\0x", "name=b\0", "a"), ("name=a\0\0", "b\0", "a"), ("nam", "e=a\0", "a"),
    ] as [(String, String, String?)] {
      var elf = ELFBuilder()
      elf.addSection(".modinfo", bytes: Array(section.utf8), alignment: 1)
      elf.addSection(".rest", bytes: Array(rest.utf8), alignment: 1)
      let bytes = elf.build()
      let file = try ModuleFile(ByteSource(bytes.rawSpan))
      #expect(try file.name() == name, "\(section)")
    }
  }

  @Test("a key must start its string, and its values come in order")
  func values() {
    let bytes = Array(
      "xlicense=no\0license=GPL\0license=Proprietary\0import_ns=A\0import_ns=B\0key==\0".utf8)
    let info = ModuleInfo(bytes.rawSpan, size: bytes.count)
    #expect(info.value("license") == "GPL")
    #expect(info.values("license") == ["GPL", "Proprietary"])
    #expect(info.values("import_ns") == ["A", "B"])
    #expect(info.value("key") == "=")
    #expect(info.value("lic") == nil && info.value("missing") == nil)
    var pairs: [String] = []
    info.forEachPair { key, value in pairs.append("\(key.text)|\(value.text)") }
    #expect(pairs.first == "xlicense|no" && pairs.count == 6)
  }

  @Test("a module has the name of its modinfo, else of its structure")
  func names() throws {
    var module = ModuleBuilder("real")
    module.setInfo("name", "claimed")
    for (info, name) in [(module.info, "claimed"), (["license=GPL"], "real"), (nil, "real")] {
      module.info = info
      let bytes = module.build()
      let file = try ModuleFile(ByteSource(bytes.rawSpan))
      #expect(try file.name() == name)
      #expect(try file.structureName() == "real")
      let hasInfo = try file.info() != nil
      #expect(hasInfo == (info != nil))
    }
  }

  @Test("the name in the structure is found in every word size")
  func structureNames() throws {
    for layout in [
      ELFLayout(is64Bit: false, order: .little), ELFLayout(is64Bit: true, order: .big),
    ] {
      var module = ModuleBuilder("sample")
      module.layout = layout
      module.machine = layout.is64Bit ? .s390 : .i386
      let bytes = module.build()
      let name = try ModuleFile(ByteSource(bytes.rawSpan)).structureName()
      #expect(name == "sample")
    }
  }

  @Test("paths of modules are recognised and named as Module.symvers names them")
  func paths() {
    for name in ["a.ko", "a.ko.gz", "a.ko.xz", "a.ko.zst"] {
      #expect(ModulePaths.isModuleName(name))
    }
    for name in ["a.o", "a.ko.bz2", "ko", "a.ko.xz.tmp", "a.kox"] {
      #expect(!ModulePaths.isModuleName(name))
    }
    let root = "/x/lib/modules/6.1.0/kernel"
    #expect(
      ModulePaths.symversName(of: "\(root)/drivers/usb/usb-storage.ko.xz")
        == "drivers/usb/usb-storage")
    #expect(ModulePaths.symversName(of: "some/dir/a.ko.gz") == "some/dir/a")
    #expect(ModulePaths.symversName(of: "a.ko") == "a")
    #expect(ModulePaths.symversName(of: "/x/a.ko") == "/x/a")
    #expect(ModulePaths.symversName(of: "modules/6.1.0/kernel/a.ko") == "a")
    #expect(ModulePaths.symversName(of: "modules/kernel/a.ko") == "modules/kernel/a")
    #expect(ModulePaths.symversName(of: "kernel/6.1.0/modules/a.ko") == "kernel/6.1.0/modules/a")
  }
}

@Suite("The name of a module by its file")
struct ModuleNameTests {
  @Test(
    "is that of the file up to its first dot, with underscores, as kmod makes it",
    arguments: [
      ("/lib/modules/6.12/kernel/snd-hda-intel.ko.xz", "snd_hda_intel"), ("a.ko", "a"),
      ("a-b.v2.ko.zst", "a_b"), ("dir.d/x", "x"), ("é-1.ko", "é_1"), ("", ""), ("a/", "a"),
    ])
  func names(_ path: String, _ name: String) {
    #expect(ModulePaths.moduleName(ofFile: path) == name)
  }
}
