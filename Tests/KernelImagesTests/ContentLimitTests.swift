import ByteStorage
import ELFFormat
import KernelImages
import TestSupport
import Testing

@Suite("Limits of what a kernel contains")
struct ContentLimitTests {
  private func banner(_ text: String) -> KernelBanner? {
    KernelBanner(searching: Array(text.utf8).rawSpan)
  }

  @Test("a release has up to 64 bytes, a banner up to 2048")
  func lengths() {
    func of(release: Int) -> KernelBanner? {
      banner("Linux version 6\(String(repeating: "r", count: release - 1)) (a) (b) #1 SMP\n")
    }
    #expect(of(release: 1)?.release == "6")
    #expect(of(release: 64)?.release.utf8.count == 64)
    #expect(of(release: 65) == nil)
    func of(length: Int) -> Int? {
      let start = "Linux version 6.1 (a) (b) #1 "
      let text = start + String(repeating: "x", count: length - start.utf8.count)
      return banner(text + "more")?.text.utf8.count
    }
    #expect(of(length: 2000) == 2004)
    #expect(of(length: 2048) == 2048 && of(length: 2060) == 2048)
  }

  @Test("a banner has printable text only, and ends with a newline or a NUL")
  func characters() {
    func text(_ byte: UInt8) -> String? {
      let bytes = Array("Linux version 6.1 (a) (b) #1 x".utf8) + [byte] + Array("y\n".utf8)
      return KernelBanner(parsing: bytes.rawSpan)?.build
    }
    #expect(text(0x20) == "#1 x y" && text(0x7e) == "#1 x~y" && text(0xc3) != nil)
    #expect(text(0x1f) == nil && text(0x7f) == nil && text(0x09) == nil)
    #expect(text(0) == "#1 x" && text(0x0a) == "#1 x")
  }

  @Test("the build follows the parentheses, a blank and `#` with a digit")
  func builds() {
    func build(_ rest: String) -> String? { banner("Linux version 6.1 \(rest)\n")?.build }
    #expect(build("(a (x #1) y) (b) #2 z") == "#2 z")
    #expect(build("(a)) (b #5) #0 z") == "#0 z")
    #expect(build("(a (b #1 c #9 d") == "#9 d")
    #expect(build("(a) x#1 #x #: #/ #8") == "#8")
    #expect(build("(a) #") == nil && build("a #1") == nil)
  }

  @Test("a note in a raw image has 8 to 64 bytes")
  func notes() {
    func found(_ size: Int, _ kept: Int? = nil, type: UInt32 = 3) -> Int? {
      var out = ByteBuilder()
      for word in [4, UInt32(size), type] { out.put(word) }
      out.put(text: "GNU\0")
      out.put([UInt8](repeating: 7, count: kept ?? size))
      let image = [UInt8](repeating: 0, count: 16) + out.bytes
      return BuildID(searching: image.rawSpan, .little)?.bytes.count
    }
    #expect([7, 8, 20, 64, 65].map { found($0) } == [nil, 8, 20, 64, nil])
    #expect(found(20, 19) == nil && found(20, type: 1) == nil)
    #expect(BuildID([0, 1, 15, 16, 255]).hexadecimal == "00010f10ff")
  }

  private func note(_ content: [UInt8]) -> [UInt8] {
    var out = ByteBuilder()
    for word in [4, UInt32(content.count), 3] { out.put(word) }
    out.put(text: "GNU\0")
    out.put(content)
    out.align(to: 4)
    return out.bytes
  }

  @Test("a note without content is no build ID, and does not hide the next")
  func emptyNotes() {
    let (empty, full) = (note([]), note([7]))
    #expect(BuildID(inNotes: empty.rawSpan, .little) == nil)
    let both = empty + full
    #expect(BuildID(inNotes: both.rawSpan, .little) == BuildID([7]))
  }

  @Test("note sections are read up to the size of the file, all together")
  func noteSections() throws {
    for (excess, isRead) in [(0, true), (1, false)] {
      var elf = ELFBuilder()
      elf.addSection(".first", type: .note, bytes: [], size: 64 + excess)
      elf.sections[0].claimedOffset = 0
      elf.addSection(".second", type: .note, bytes: note([7]))
      elf.sections[1].size = elf.build().count - 64
      let bytes = elf.build()
      let found = BuildID(in: try ELFFile(ByteSource(bytes.rawSpan)))
      #expect((found == BuildID([7])) == isRead)
    }
  }

  @Test(
    "a note is an ELF file's that begins before it and reaches beyond it, unless that is the image")
  func insideFiles() {
    var vdso = ELFBuilder()
    vdso.type = 3
    let own = [UInt8](repeating: 7, count: 20)
    vdso.addSection(".note", type: .note, bytes: note(own))
    let file = vdso.build()
    let padding = [UInt8](repeating: 0, count: 64)
    let other = [UInt8](repeating: 9, count: 20)
    func found(_ image: [UInt8]) -> BuildID? { BuildID(searching: image.rawSpan, .little) }
    #expect(found(padding + file) == nil)
    // What begins the image is the image.
    #expect(found(file) == BuildID(own))
    // What follows an ELF file at once is not its.
    #expect(found(padding + file + note(other)) == BuildID(other))
    // A magic number with nothing after it that makes sense.
    let decoy = [0x7f, 0x45, 0x4c, 0x46] + [UInt8](repeating: 0xff, count: 60)
    #expect(found(padding + decoy + file) == nil)
  }

  @Test("a value in quotes has both of them")
  func quotes() throws {
    let text =
      "CONFIG_A=\"\nCONFIG_B=\"\"\nCONFIG_C=\"x\nCONFIG_D=x\"\nCONFIG_E=\"\\\\\\\"\"\n# CONFIG_F is not set\n"
    let config = try KernelConfig(parsing: Array(text.utf8).rawSpan)
    #expect(config["A"] == .text("\"") && config["B"] == .text("") && config["C"] == .text("\"x"))
    #expect(config["D"] == .text("x\"") && config["E"] == .text("\\\""))
    #expect(config.text == Array(text.utf8))
    let unset = try KernelConfig(parsing: Array("# CONFIG_F is not set\n".utf8).rawSpan)
    #expect(unset["F"] == .no && !unset.isSet("F"))
  }

  @Test("a vermagic has fewer than 512 bytes, and no = before it")
  func vermagics() {
    func find(_ text: String) -> String? {
      Vermagic.find(in: Array(text.utf8).rawSpan, release: "6.1")
    }
    let words = "6.1 " + String(repeating: "SMP ", count: 126)
    #expect(words.utf8.count == 508)
    #expect(find("\(words)486\0") == "\(words)486")
    #expect(find("\(words)4861\0") == nil && find("\(words)SMP \0") == nil)
    #expect(find("=6.1 SMP \0") == nil && find("=6.1 SMP \06.1 mod_unload \0") == "6.1 mod_unload ")
  }
}
