import ByteStorage
import Livepatching
import TestSupport
import Testing

@Suite("Names of livepatch symbols and sections")
struct LivepatchNameTests {
  private func symbol(_ text: String, longestName: Int = 511) -> String? {
    LivepatchSymbolName(parsing: Array(text.utf8).rawSpan, longestName: longestName)
      .map { "\($0.object)|\($0.name)|\($0.position)" }
  }

  private func section(_ text: String) -> String? {
    LivepatchSectionName(parsing: Array(text.utf8).rawSpan).map { "\($0.object)|\($0.rest)" }
  }

  private static let long = String(repeating: "a", count: 600)

  @Test(
    "symbols are read as the kernel's sscanf reads them",
    arguments: [
      (".klp.sym.vmlinux.printk,0", "vmlinux|printk|0"),
      (".klp.sym.ext4.foo.llvm.123,2", "ext4|foo.llvm.123|2"),
      (".klp.sym.a..b,1", "a|.b|1"),
      (".klp.sym.vmlinux.f,1trailing", "vmlinux|f|1"),
      (".klp.sym.vmlinux.f, \t7", "vmlinux|f|7"),
      (".klp.sym.vmlinux.f,18446744073709551617", "vmlinux|f|18446744073709551615"),
      (".klp.sym.vmlinux.f,18446744073709551615", "vmlinux|f|18446744073709551615"),
      (".klp.sym.vmlinux.f,99999999999999999999", "vmlinux|f|18446744073709551615"),
      (".klp.sym.vmlinux.f,184467440737095516171", "vmlinux|f|18446744073709551615"),
      (".klp.sym.vmlinux.f,", nil), (".klp.sym.vmlinux.f,-1", nil), (".klp.sym.vmlinux.f,x", nil),
      (".klp.sym.vmlinux.f;0", nil), (".klp.sym.vmlinux.,0", nil), (".klp.sym..f,0", nil),
      (".klp.sym.vmlinux", nil), (".klp.sym.", nil), (".klp.rela.vmlinux.f,0", nil), ("", nil),
    ] as [(String, String?)])
  func symbols(_ text: String, _ wanted: String?) {
    #expect(symbol(text) == wanted)
  }

  @Test("an object has up to 55 characters, a name up to 511, or 127 before 6.1")
  func limits() {
    for (length, isRead) in [(55, true), (56, false)] {
      #expect((symbol(".klp.sym.\(Self.long.prefix(length)).f,0") != nil) == isRead)
    }
    for (length, isRead) in [(127, true), (511, true), (512, false)] {
      #expect((symbol(".klp.sym.vmlinux.\(Self.long.prefix(length)),0") != nil) == isRead)
    }
    for (length, isRead) in [(127, true), (128, false)] {
      let text = ".klp.sym.vmlinux.\(Self.long.prefix(length)),0"
      #expect((symbol(text, longestName: 127) != nil) == isRead)
    }
  }

  @Test("a section's object ends at a dot, at the end, or after 55 characters")
  func sections() {
    #expect(section(".klp.rela.vmlinux..text") == "vmlinux|..text")
    #expect(section(".klp.rela.ext4.text.foo") == "ext4|.text.foo")
    #expect(section(".klp.rela.vmlinux") == "vmlinux|")
    #expect(section(".klp.rela.") == nil)
    #expect(section(".klp.rela..text") == nil)
    #expect(section(".rela.klp.vmlinux") == nil)
    let found = section(".klp.rela.\(Self.long)")
    #expect(found == "\(Self.long.prefix(55))|\(Self.long.dropFirst(55))")
  }

  @Test("a name that was read is written again")
  func roundTrip() {
    let name = LivepatchSymbolName(object: "ext4", name: "foo.isra.0", position: 3)
    let text = name.text
    #expect(LivepatchSymbolName(parsing: Array(text.utf8).rawSpan) == name)
  }
}
