import ByteStorage
import ELFFormat
import KernelImages
import KernelReleases
import TestSupport
import Testing

private func banner(_ text: String) -> KernelBanner? {
  KernelBanner(searching: Array(text.utf8).rawSpan)
}

@Suite("Kernel banner")
struct KernelBannerTests {
  @Test("release, build and Debian version are taken apart")
  func parts() throws {
    let image = try Fixture.bytes("Streams/kernel.raw")
    let found = KernelBanner(searching: image.rawSpan)
    let banner = try #require(found)
    #expect(banner.release == "6.1.0-ksym")
    #expect(banner.build == "#1 SMP PREEMPT_DYNAMIC Debian 6.1.1-1 (2023-01-07)")
    #expect(KernelBuild(banner.build).debianVersion == "6.1.1-1")
    #expect(banner.text.hasPrefix("Linux version 6.1.0-ksym (builder@host) (gcc-12 (Debian"))
    #expect(banner.text.hasSuffix("(2023-01-07)"))
  }

  @Test("the compiler's Debian version and number are not the kernel's")
  func compiler() {
    let found = banner(
      "Linux version 6.9.0 (a@b) (gcc (Debian 12.2.0-14) 12 #3 of it, ld) #7 SMP Sat Nov 1\0")
    #expect(found?.build == "#7 SMP Sat Nov 1")
    let unbalanced = banner("Linux version 6.9.0 (a@b) (gcc :( 12, ld) #8 Sun\n")
    #expect(unbalanced?.build == "#8 Sun")
  }

  @Test(
    "text that only begins like a banner is skipped",
    arguments: [
      "Linux version %s\n\0", "Linux version \0", "Linux version 6.1 and later\n",
      "Linux version 6.1 (no build)\n", "Linux version 6.1\u{1} (a) (b) #1\n",
      "Linux version six (a) (b) #1\n", "Linux version ", "Linux version 6",
    ])
  func decoys(_ decoy: String) {
    #expect(banner(decoy) == nil)
    #expect(banner(decoy + "Linux version 5.1 (a) (b) #1 X\n")?.release == "5.1")
  }

  @Test("a banner cut short anywhere before its build is not found")
  func truncated() {
    let text = Array("Linux version 6.1 (a) (b) #1".utf8)
    for count in 0..<text.count {
      let found = KernelBanner(searching: Array(text[..<count]).rawSpan)
      #expect(found == nil)
    }
  }
}

@Suite("Vermagic")
struct VermagicTests {
  private func find(_ text: String, _ release: String = "6.1.0-x") -> String? {
    Vermagic.find(in: Array(text.utf8).rawSpan, release: release)
  }

  @Test(
    "strings of every architecture are found, trailing spaces included",
    arguments: [
      "SMP preempt mod_unload modversions ", "SMP mod_unload modversions aarch64",
      "mod_unload riscv",
      "SMP preempt_rt mod_unload ARMv7 thumb2 p2v8 ", "SMP mprofile-kernel relocatable ",
      "SMP mod_unload 686 ", "mod_unload MIPS32_R1 32BIT ", "SMP LOONGARCH 64BIT ", "",
      "SMP mod_unload RANDSTRUCT_0123456789abcdef",
    ])
  func known(_ words: String) {
    let string = "6.1.0-x \(words)"
    #expect(find("other\0\(string)\0more") == string)
    #expect(find("\(string)\0") == string)
  }

  @Test("other strings with the release are not taken for vermagic")
  func decoys() {
    let decoys = "Linux version 6.1.0-x (a) (b) #1\n\0vermagic=6.1.0-x SMP \u{0}6.1.0-x is old\0"
    #expect(find(decoys) == nil)
    #expect(find(decoys + "6.1.0-x SMP \0") == "6.1.0-x SMP ")
    #expect(find("6.1.0-x SMP ") == nil)
    #expect(find("6.1.0-x SMP \0", "6.1.0") == nil)
    #expect(find("6.1.0-x SMP \0", "") == nil)
  }
}

@Suite("Kernel configuration")
struct KernelConfigTests {
  private let text = """
    # Automatically generated file; DO NOT EDIT.
    CONFIG_CC_VERSION_TEXT="gcc \\"12\\" \\\\ x"
    CONFIG_A=y
    CONFIG_AB=m
    # CONFIG_B is not set
    CONFIG_C=n
    CONFIG_NR_CPUS=8192
    CONFIG_BASE=0x1000
    CONFIG_EMPTY=""
    CONFIG_LAST=y
    """

  @Test("values are those of the lines; an option without a line is n")
  func values() throws {
    let config = try KernelConfig(parsing: Array(text.utf8).rawSpan)
    #expect(config["A"] == .yes && config["CONFIG_A"] == .yes)
    #expect(config["AB"] == .module && config["B"] == .no && config["C"] == .no)
    #expect(config["NONE"] == .no && config["LAST"] == .yes)
    #expect(config["NR_CPUS"] == .text("8192") && config["BASE"] == .text("0x1000"))
    #expect(config["EMPTY"] == .text(""))
    #expect(config["CC_VERSION_TEXT"] == .text("gcc \"12\" \\ x"))
    #expect(config.isSet("A") && config.isSet("AB") && !config.isSet("B"))
    #expect(!config.isSet("NR_CPUS"))
  }

  // scripts/kconfig/confdata.c conf_read_simple: "override: reassigning to symbol".
  @Test("of several lines of an option the last counts, whatever it says")
  func severalLines() throws {
    for (text, value, isUnset) in [
      ("CONFIG_A=y\n# CONFIG_A is not set\n", .no, true),
      ("# CONFIG_A is not set\nCONFIG_A=m\n", .module, false),
      ("CONFIG_A=y\nCONFIG_A=n\n", .no, false), ("CONFIG_A=n\nCONFIG_A=y", .yes, false),
      ("CONFIG_A=y\n# CONFIG_A is not set, says a note\n", .yes, false),
      ("CONFIG_A=y\n# CONFIG_AB is not set\nCONFIG_AB=y\n", .yes, false),
      ("CONFIG_A=y\n# CONFIG_A is not set", .no, true),
    ] as [(String, KernelConfig.Value, Bool)] {
      let config = try KernelConfig(parsing: Array(text.utf8).rawSpan)
      #expect(config["A"] == value && config.isUnset("A") == isUnset, "\(text)")
    }
  }

  @Test("a whole configuration omits options that no line of it has, a part does not say")
  func omitted() throws {
    let config = try KernelConfig(parsing: Array(text.utf8).rawSpan)
    #expect(["A", "AB", "B", "C", "NR_CPUS", "LAST"].allSatisfy { !config.omits($0) })
    #expect(["NONE", "", "L", "LAS", "LASTS"].allSatisfy { config.omits($0) })
    let part = try KernelConfig(parsing: Array("CONFIG_A=y\n".utf8).rawSpan)
    #expect(!part.omits("NONE"))
  }

  @Test("carriage returns at line ends are no part of values")
  func carriageReturns() throws {
    let config = try KernelConfig(parsing: Array("CONFIG_A=y\r\nCONFIG_B=\"x\"\r\n".utf8).rawSpan)
    #expect(config["A"] == .yes && config["B"] == .text("x"))
  }

  @Test("that an option is not set has a line of its own, which may be the first or the last")
  func unset() throws {
    for (text, isUnset) in [
      ("CONFIG_A=y\n# CONFIG_F is not set", true), ("# CONFIG_F is not set\nCONFIG_A=y\n", true),
      ("CONFIG_A=y\n# CONFIG_F is not set\r\n", true),
      ("CONFIG_A=y\n# CONFIG_F is not settled\n", false),
      ("CONFIG_A=y\n# CONFIG_FG is not set\n", false),
      ("CONFIG_A=y\n## CONFIG_F is not set\n", false), ("CONFIG_A=y\n", false),
    ] {
      let config = try KernelConfig(parsing: Array(text.utf8).rawSpan)
      #expect(config.isUnset("F") == isUnset && !config.isSet("F"), "\(text)")
    }
  }

  @Test("text without options is not a configuration")
  func other() {
    for text in ["", "CONFIG", "some text\n"] {
      #expect(throws: ParseError(.badMagic, in: "kernel configuration", at: 0)) {
        _ = try KernelConfig(parsing: Array(text.utf8).rawSpan)
      }
    }
  }

  @Test("an embedded configuration is found between its marks and unpacked")
  func embedded() throws {
    let packed = try Fixture.bytes("Streams/config.gz")
    let image = Array("x IKCFG_ST no\0 IKCFG_ST".utf8) + packed + Array("IKCFG_ED more".utf8)
    let range = EmbeddedConfig.range(in: image.rawSpan)
    #expect(range == 23..<(23 + packed.count))
    var buffer = FileBuffer()
    let config = try EmbeddedConfig.read(from: image.rawSpan, using: &buffer, path: "image")
    #expect(config?["MODULES"] == .yes)
    #expect(config?["LOCALVERSION"] == .text("-ksym"))

    let unended = EmbeddedConfig.range(in: Array(image.dropLast(12)).rawSpan)
    #expect(unended == nil)
    var damaged = image
    damaged[40] ^= 0xff
    #expect(throws: FileError.self) {
      _ = try EmbeddedConfig.read(from: damaged.rawSpan, using: &buffer, path: "image")
    }
  }
}

@Suite("Build ID")
struct BuildIDTests {
  private let digest = (1...20).map { UInt8($0) }

  private func note(_ name: String, _ type: UInt32, _ content: [UInt8], _ order: ByteOrder)
    -> [UInt8]
  {
    var out = ByteBuilder(order)
    out.put(UInt32(name.utf8.count + 1))
    out.put(UInt32(content.count))
    out.put(type)
    out.put(cString: name)
    out.align(to: 4)
    out.put(content)
    out.align(to: 4)
    return out.bytes
  }

  @Test(
    "a build ID is found among other notes, in both byte orders",
    arguments: [ByteOrder.little, .big])
  func among(_ order: ByteOrder) throws {
    let notes =
      note("Xen", 3, [1, 2, 3], order) + note("GNU", 1, [9], order)
      + note("GNU", 3, digest, order)
    let found = BuildID(inNotes: notes.rawSpan, order)
    #expect(found?.hexadecimal == "0102030405060708090a0b0c0d0e0f1011121314")
    var elf = ELFBuilder(layout: ELFLayout(is64Bit: false, order: order))
    elf.addSection(".note.Linux", type: .note, bytes: note("Linux", 0x100, [1], order))
    elf.addSection(".notes", type: .note, bytes: notes)
    let bytes = elf.build()
    let file = try ELFFile(ByteSource(bytes.rawSpan))
    let inFile = BuildID(in: file)
    #expect(inFile == found)
    for count in 0..<notes.count {
      let cut = BuildID(inNotes: Array(notes[..<count]).rawSpan, order)
      #expect(cut == nil)
    }
  }

  @Test("in a raw image the notes of ELF files inside are not its own")
  func raw() {
    var vdso = ELFBuilder()
    vdso.type = 3
    vdso.addSection(
      ".note", type: .note, bytes: note("GNU", 3, [UInt8](repeating: 7, count: 20), .little))
    let padding = [UInt8](repeating: 0, count: 64)
    let image = padding + vdso.build() + padding + note("GNU", 3, digest, .little) + padding
    let found = BuildID(searching: image.rawSpan, .little)
    #expect(found == BuildID(digest))
    let none = BuildID(searching: (padding + vdso.build()).rawSpan, .little)
    #expect(none == nil)
  }

  @Test("notes with false sizes are skipped")
  func lies() {
    var bytes = note("GNU", 3, digest, .little)
    for offset in 0..<8 {
      bytes[offset] = 0xff
      let found = BuildID(inNotes: bytes.rawSpan, .little)
      #expect(found == nil)
    }
    let searched = BuildID(searching: bytes.rawSpan, .little)
    #expect(searched == nil)
  }
}
