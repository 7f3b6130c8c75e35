import ByteStorage
import Foundation
import Kallsyms
import KernelReleases
import SymbolTables
import TestSupport
import Testing

@Suite("Writing kallsyms tables")
struct EncoderTests {
  /// A golden case and how the tool was called for it.
  struct Golden: Sendable, CustomStringConvertible {
    let name: String
    let form: KallsymsEncoder.Form
    /// The release whose program wrote it.
    let release: String
    let includesAllSymbols: Bool
    let isPlaceRelative: Bool
    var description: String { "\(name) as \(release)" }

    static let all: [Golden] = {
      let cases: [(String, Bool, Bool)] = [
        ("case1-order", true, true), ("case2-ranges", false, false), ("case3-tokens", true, false),
        ("case4-markers", true, true), ("case5-long", true, true), ("case6-empty", true, true),
      ]
      return cases.flatMap { name, all, relative in
        [(KallsymsEncoder.Form.v6_12, "6.12"), (.v7_0, "7.2"), (.v7_3, "7.3")].map {
          Golden(
            name: name, form: $0.0, release: $0.1, includesAllSymbols: all,
            isPlaceRelative: relative)
        }
      }
    }()
  }

  private static func fixture(_ name: String) throws -> [UInt8] {
    let folder = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/kallsyms")
    return Array(try Data(contentsOf: folder.appending(path: name)))
  }

  private func encode(
    _ map: [UInt8], _ options: KallsymsEncoder.Options
  ) -> (assembly: [UInt8], outcome: KallsymsEncoder.Outcome) {
    let collected = Collected()
    let outcome = KallsymsEncoder.assemble(map.rawSpan, options) { collected.bytes += $0 }
    return (collected.bytes, outcome)
  }

  private func encode(
    _ map: String, _ options: KallsymsEncoder.Options = .init(includesAllSymbols: true)
  ) -> (text: String, messages: String, status: Int32) {
    let (assembly, outcome) = encode(Array(map.utf8), options)
    return (
      String(decoding: assembly, as: UTF8.self), String(decoding: outcome.messages, as: UTF8.self),
      outcome.exitStatus
    )
  }

  private final class Collected { var bytes: [UInt8] = [] }

  @Test("text and messages are those of the kernel's program", arguments: Golden.all)
  func goldens(_ golden: Golden) throws {
    let map = try EncoderTests.fixture("\(golden.name).map")
    let (assembly, outcome) = encode(
      map,
      .init(
        form: golden.form, includesAllSymbols: golden.includesAllSymbols,
        isPlaceRelative: golden.isPlaceRelative))
    #expect(try assembly == EncoderTests.fixture("\(golden.name).v\(golden.release).S"))
    let messages = golden.name == "case5-long" ? try EncoderTests.fixture("case5-long.stderr") : []
    #expect(outcome.messages == messages)
    #expect(outcome.exitStatus == 0)
  }

  @Test("lines that strtoull and a blank, a letter and a blank do not fit end the run")
  func malformedLines() {
    for line in ["zzz T foo", "", "1000 T", "1000  T x", " T x", "0x T z", "1000 \u{e9} x"] {
      let result = encode("1000 T first\n\(line)\n")
      #expect(result.text.isEmpty)
      #expect(result.messages == "line format error\n")
      #expect(result.status == 1)
    }
    // A type is a character of ASCII.
    for (type, status) in [(0x7f, 0), (0x80, 1), (0xff, 1)] as [(UInt8, Int32)] {
      let line = Array("1000 ".utf8) + [type] + Array(" x\n".utf8)
      #expect(encode(line, .init(includesAllSymbols: true)).outcome.exitStatus == status)
    }
  }

  @Test(
    "of absolute symbols those are kept that ia64 and mips need, of undefined ones none",
    arguments: [
      ("A __kernel_syscall_via_break", true), ("A __kernel_syscall_via_epc", true),
      ("A __kernel_sigtramp", true), ("A __gp", true), ("a __gp", true), ("A __gp_", false),
      ("A other", false), ("a other", false), ("U other", true), ("u other", false),
      ("n other", false), ("N other", true), ("u __gp", false),
    ])
  func ignored(_ symbol: String, _ isKept: Bool) {
    let record = symbol.split(separator: " ").joined()
    #expect(encode("1000 \(symbol)\n").text.contains("/* \(record) */") == isKept)
  }

  @Test("up to 127 codes have a length of one byte, more one of two; markers count both")
  func lengths() throws {
    var state: UInt32 = 1
    func letters(_ count: Int) -> String {
      (0..<count).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        let letter = UInt8(state >> 16 % 52)
        return String(UnicodeScalar(letter > 25 ? 0x47 + letter : 0x41 + letter))
      }.joined()
    }
    let list = (0..<600).map { "\(String(4096 + $0, radix: 16)) t \(letters(100 + $0 / 4))\n" }
      .joined()
    let bytes = Array(list.utf8)
    let encoded = EncodedTables(bytes.rawSpan, .init(includesAllSymbols: true))
    let tables = try #require(encoded)
    let names = tables.names()
    var (offset, markers, counts) = (0, [Int](), [Int]())
    while offset < names.count {
      if counts.count % 256 == 0 { markers.append(offset) }
      let isLong = names[offset] & 0x80 != 0
      let count = Int(names[offset] & 0x7f) | (isLong ? Int(names[offset + 1]) << 7 : 0)
      #expect(isLong == (count > 127))
      counts.append(count)
      offset += count + (isLong ? 2 : 1)
    }
    #expect(tables.markers == markers && counts.count == 600)
    #expect(Set(counts).isSuperset(of: [127, 128]))
    let text = encode(list).text
    let lines = text.split(separator: "\n").filter {
      $0.hasPrefix("\t.byte 0x") || $0.hasPrefix("\t.byte\t0x")
    }
    let written = lines.flatMap { line in
      line.dropFirst(7).split(separator: "\t")[0].split(separator: ", ").compactMap {
        UInt8($0.dropFirst(2), radix: 16)
      }
    }
    #expect(Array(written.prefix(names.count)) == names)
  }

  @Test("numbers are read as strtoull reads them")
  func numbers() {
    func address(_ number: String) -> String? {
      let text = encode("\(number) T x y\n").text
      return text.split(separator: "\n").first { $0.hasSuffix("/* Tx y */") && $0.contains("long") }
        .map { String($0.split(separator: "\t")[1]) }
    }
    #expect(address(" 0x1000") == "0x1000")
    #expect(address("+1f") == "0x1f")
    #expect(address("-1") == "0xffffffff")
    #expect(address("\t0") == "0")
    #expect(address("11111111111111111") == "0xffffffff")
  }

  @Test("an address out of range ends the text before it, with status 1")
  func outOfRange() {
    let map = "1000 T _text\n2000 T b\nffffffff00000000 T far\n"
    let result = encode(
      map, .init(includesAllSymbols: true, isPlaceRelative: true))
    #expect(result.status == 1)
    #expect(
      result.messages == "kallsyms failure: relative symbol value 0xffffffff00000000 out of range\n"
    )
    #expect(result.text.hasSuffix("\t.long\t_text - . + (4096)\t/* Tb */\n"))

    let old = encode(map, .init(form: .v6_12, includesAllSymbols: true))
    #expect(old.status == 1)
    #expect(old.messages.hasSuffix("out of range in relative mode\n"))
  }

  @Test("absolute per-CPU symbols become A, the others count down from the base")
  func absolutePerCPU() {
    let map = """
      0 D __per_cpu_start
      40 D counter
      1000 D __per_cpu_end
      ffffffff81000000 T _text
      ffffffff81000010 T next

      """
    let result = encode(
      map, .init(form: .v6_12, includesAllSymbols: true, makesPerCPUAbsolute: true))
    #expect(result.status == 0)
    #expect(result.text.contains("\t.long\t0x40\t/* Acounter */\n"))
    #expect(result.text.contains("\t.long\t0xffffffff\t/* T_text */\n"))
    #expect(result.text.contains("\t.long\t0xffffffef\t/* Tnext */\n"))
  }

  @Test("releases map to the form that they write")
  func releases() {
    #expect(KallsymsEncoder.Form(KernelRelease(6, 11)) == nil)
    #expect(KallsymsEncoder.Form(KernelRelease(6, 19, 3)) == .v6_12)
    #expect(KallsymsEncoder.Form(KernelRelease(7, 2, 13)) == .v7_0)
    #expect(KallsymsEncoder.Form(KernelRelease(8, 0)) == .v7_3)
  }

  @Test(
    "offsets have 32 bits: with signs where per-CPU symbols are absolute, else without",
    arguments: [
      ("7fffffff D", true, nil), ("80000000 D", true, "absolute symbol value 0x80000000"),
      ("ffff80007fffffff t", true, nil),
      ("ffff800080000000 t", true, "relative symbol value 0xffff800080000000"),
      ("ffff8000ffffffff t", false, nil),
      ("ffff800100000000 t", false, "relative symbol value 0xffff800100000000"),
    ] as [(String, Bool, String?)])
  func ranges(_ symbol: String, _ isPerCPUAbsolute: Bool, _ problem: String?) {
    let end = symbol.hasSuffix("D") ? symbol : "1 D"
    let perCPU = isPerCPUAbsolute ? "0 D __per_cpu_start\n\(end) __per_cpu_end\n" : ""
    let made = encode(
      "\(perCPU)\(symbol) odd\nffff800000000000 T _text\n",
      .init(form: .v6_12, includesAllSymbols: true, makesPerCPUAbsolute: isPerCPUAbsolute))
    #expect(made.status == (problem == nil ? 0 : 1), "\(made.messages)")
    #expect(made.messages.contains(problem ?? "") || problem == nil, "\(made.messages)")
  }
}
