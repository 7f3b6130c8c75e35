import ELFFormat
import ModuleLoading
import TestSupport
import Testing

/// Damage to the structure of a module, and what kernels of three eras say of it. What real kernels
/// said of hundreds of such modules is compared in the conformance tests.
@Suite("ELF validity")
struct ELFValidityTests {
  /// A change to the bytes of a module, and the log line of each era.
  struct Damage: Sendable, CustomStringConvertible {
    let description: String
    let change: @Sendable (inout [UInt8]) -> Void
    let lines: [String: String]

    init(
      _ description: String, old: String = "", middle: String? = nil, new: String? = nil,
      _ change: @escaping @Sendable (inout [UInt8]) -> Void
    ) {
      self.description = description
      self.change = change
      lines = ["6.1.0": old, "6.12.0": middle ?? old, "7.2.0": new ?? middle ?? old]
    }
  }

  /// Offset of the section headers, and of the header of a section by its index.
  static func tableOffset(_ bytes: [UInt8]) -> Int {
    (0..<8).reduce(0) { $0 | Int(bytes[40 + $1]) << (8 * $1) }
  }

  static func header(_ bytes: [UInt8], _ index: Int) -> Int { tableOffset(bytes) + 64 * index }

  static func put(_ value: UInt64, _ size: Int, at offset: Int, _ bytes: inout [UInt8]) {
    for index in 0..<size {
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
    }
  }

  static let damages: [Damage] = [
    Damage("magic", old: "Invalid ELF header magic: != \\x7fELF") { $0[0] = 0 },
    Damage("type", old: "Invalid ELF header type: 2 != 1") { $0[16] = 2 },
    Damage("machine", old: "Invalid architecture in ELF header: 183") { $0[18] = 183 },
    Damage("entry size", old: "Invalid ELF section header size") { $0[58] = 40 },
    Damage("table past the end", old: "Invalid ELF section header overflow") {
      put(UInt64($0.count), 8, at: 40, &$0)
    },
    Damage("table at 2^64 - 1", old: "Invalid ELF section header overflow") {
      put(.max, 8, at: 40, &$0)
    },
    Damage("cut in the header", old: "Invalid ELF header len 63") { $0.removeLast($0.count - 63) },
    Damage(
      "section 0 has a size",
      old: "ELF Spec violation: section 0 type(0)!=SH_NULL or non-zero len or addr"
    ) { $0[header($0, 0) + 32] = 1 },
    Damage("section past the end", old: "Invalid ELF section in module (section 1 type 1)") {
      put(1 << 40, 8, at: header($0, 1) + 24, &$0)
    },
    Damage("section of 2^64 - 1 bytes", old: "Invalid ELF section in module (section 1 type 1)") {
      put(.max, 8, at: header($0, 1) + 32, &$0)
    },
    Damage(
      "name table index 0",
      old: "Invalid ELF section name index: 0 || e_shstrndx (0) >= e_shnum (8)"
    ) { put(0, 2, at: 62, &$0) },
    Damage(
      "name table index past the end",
      old: "Invalid ELF section name index: 8 || e_shstrndx (8) >= e_shnum (8)"
    ) { put(8, 2, at: 62, &$0) },
    Damage(
      "name table type", old: "loads", new: "Invalid ELF section name table type: 1"
    ) { $0[header($0, 7) + 4] = 1 },
    Damage(
      "name past the table", old: "Invalid ELF section name in module (section 1 type 1)"
    ) { put(0x1000, 4, at: header($0, 1), &$0) },
    Damage(
      "name at the end of the table", old: "Invalid ELF section name in module (section 1 type 1)"
    ) { bytes in
      let size = header(bytes, 7) + 32
      bytes.replaceSubrange(
        header(bytes, 1)..<(header(bytes, 1) + 4), with: bytes[size..<(size + 4)])
    },
    Damage(
      "structure of another size", old: "loads",
      middle: "module sample: .gnu.linkonce.this_module section size must match the kernel's built"
        + " struct module size at run time"
    ) { put(1279, 8, at: header($0, 3) + 32, &$0) },
    Damage(
      "structure without ALLOC", old: "sample: No module found in object",
      middle: "module sample: .gnu.linkonce.this_module must occupy memory during process execution"
    ) { $0[header($0, 3) + 8] = 1 },
    Damage("no symbol table", old: "sample: module has no symbols (stripped?)") {
      $0[header($0, 5) + 4] = 1
    },
    Damage(
      "string table type", old: "loads", new: "Invalid ELF symbol string table type: 1"
    ) { $0[header($0, 6) + 4] = 1 },
    Damage(
      "string table link",
      old: "Invalid ELF sh_link!=SHN_UNDEF(9) or (sh_link(9) >= hdr->e_shnum(8)"
    ) { $0[header($0, 5) + 40] = 9 },
  ]

  @Test("damage is reported as kernels of the release report it", arguments: damages)
  func damaged(_ damage: Damage) throws {
    for (release, line) in damage.lines {
      var bench = Bench(release)
      if release == "6.1.0" { bench.structureSize = nil }
      var bytes = bench.module().build()
      damage.change(&bytes)
      let wanted = line == "loads" ? "loads" : "ENOEXEC | \(line)"
      #expect(try summary(bench.outcome(bytes)) == wanted, "\(release)")
    }
  }

  @Test("5.10 has one line for all damage to the header")
  func oneLine() throws {
    var bench = Bench("5.10.0")
    bench.structureSize = nil
    var bytes = bench.module().build()
    bytes[16] = 2
    #expect(try summary(bench.outcome(bytes)) == "ENOEXEC | Module has invalid ELF structures")
  }

  @Test("class and byte order are not looked at on x86")
  func identification() throws {
    let bench = Bench()
    var bytes = bench.module().build()
    bytes[4] = 1
    bytes[5] = 2
    #expect(try summary(bench.outcome(bytes)) == "loads")
  }

  @Test("an empty file is refused by the reader of files")
  func empty() throws {
    #expect(try summary(Bench().outcome([])) == "EINVAL")
  }

  @Test("every cut at 64 bytes is judged, and none loads")
  func cuts() throws {
    let bench = Bench()
    var module = bench.module()
    module.require("_printk", 0x9aec_1234)
    module.exports = [SampleExport("mine", 5)]
    module.extended = module.basic
    let whole = module.build()
    let files = stride(from: 0, to: whole.count, by: 64).map { Array(whole.prefix($0)) }
    let outcomes = try bench.outcomes(files)
    #expect(outcomes.count == files.count)
    for outcome in outcomes { #expect(outcome.verdict == .refused, "\(summary(outcome))") }
    #expect(try bench.outcome(whole).verdict == .loads)
  }

  @Test("no flipped byte of the headers makes a trap or a hang")
  func flips() throws {
    let bench = Bench()
    var module = bench.module()
    module.require("_printk", 0x9aec_1234)
    module.exports = [SampleExport("mine", 5)]
    let whole = module.build()
    let table = Self.tableOffset(whole)
    var files: [[UInt8]] = []
    for offset in Array(0..<64) + Array(table..<whole.count) {
      for value in [0, 0xff, 0x80] as [UInt8] {
        var bytes = whole
        bytes[offset] = value
        files.append(bytes)
      }
    }
    #expect(try bench.outcomes(files).count == files.count)
  }
}
