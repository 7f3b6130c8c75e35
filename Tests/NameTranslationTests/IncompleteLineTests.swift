import NameTranslation
import Testing

@Suite("Lines of which a part is missing")
struct IncompleteLineTests {
  // kernel/livepatch/core.c: klp_resolve_symbols reads ".klp.sym.%55[^.].%511[^,],%lu", and
  // klp_apply_section_relocs ".klp.rela.%55[^.]": of each part at least one character.
  // No directory of /sys/kernel/livepatch is without a name.
  @Test(
    "a livepatch's symbol or section without an object, a name or a number is none",
    arguments: [
      ".klp.sym..@,1", ".klp.sym.vmlinux.@,", ".klp.sym.vmlinux.@",
      ".klp.rela...text.@", ".klp.rela..@", "/sys/kernel/livepatch/p//@,1",
      "/sys/kernel/livepatch//vmlinux/@,1",
    ])
  func incompletePatches(_ line: String) throws {
    let text = line.replacing("@", with: "a.isra.0") + "\n"
    #expect(translated(text) == text)
    let kernel = try source("ffffffff81000100 t a.isra.0\nffffffff81000200 T end\n")
    let readable = line.replacing("@", with: "a.isra") + "\n"
    #expect(translated(readable, .linkage, sources: [kernel]) == readable)
  }

  // kernel/trace/trace_probe.c: traceprobe_parse_event_name refuses an event without a name.
  @Test("a probe has an event's name where it has a colon")
  func probesWithoutEvents() {
    for (line, isProbe) in [
      ("p:e @", true), ("r:e @", true), ("r8:e @", true), ("p: @", false), ("r: @", false),
      ("r8: @", false), ("rx:e @", false),
    ] {
      let text = line.replacing("@", with: "a.isra.0")
      #expect(translated(text) == (isProbe ? line.replacing("@", with: "a.isra") : text), "\(line)")
    }
  }

  // nm prints 8 or 16 digits, and `%px` as many; `name:` of nm -A is the name of a file.
  @Test("an address has 8 to 16 digits, and a file has a name")
  func addressWidths() {
    for (count, isAddress) in [(7, false), (8, true), (16, true), (17, false)] {
      let digits = String(repeating: "f", count: count)
      for line in [
        "\(digits) t @", "a.o:\(digits) t @", "@ t \(digits) 10",
        "0x\(digits)-0x\(digits)\t@",
      ] {
        // The list of places without probes has numbers of any width.
        let isNamed = line.hasPrefix("0x") ? count <= 16 : isAddress
        let text = line.replacing("@", with: "a.isra.0")
        #expect(
          translated(text) == (isNamed ? line.replacing("@", with: "a.isra") : text), "\(text)")
      }
      let nameless = ":\(digits) t a.isra.0"
      #expect(translated(nameless) == nameless)
    }
    for line in ["0x-0xffffffff81000000\ta.isra.0", "0xffffffff81000000-0x\ta.isra.0"] {
      #expect(translated(line) == line)
    }
  }
}
