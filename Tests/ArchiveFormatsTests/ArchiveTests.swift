import ArchiveFormats
import ByteStorage
import TestSupport
import Testing

@Suite("Archives")
struct ArchiveTests {
  private let files = [
    Member.directory("./lib"), Member("./lib/a.ko", [1, 2, 3]), .link("./b", to: "lib/a.ko"),
    Member("./long/\(String(repeating: "n", count: 80))", Array(repeating: 7, count: 5000)),
  ]
  private var expected: [String: String] {
    [
      "lib": "directory", "lib/a.ko": "3", "b": "-> lib/a.ko",
      "long/\(String(repeating: "n", count: 80))": "5000",
    ]
  }

  @Test("a Debian package has the files of its tar file, packed or not")
  func debian() throws {
    let tar = ArchiveBuilder.tar(files)
    #expect(try members(of: ArchiveBuilder.debian(tar)) == expected)
    for format in [CompressionFormat.xz, .zstd, .gzip] {
      #expect(try members(of: ArchiveBuilder.debian(packed(tar, format))) == expected)
    }
    #expect(try members(of: tar) == expected)
    #expect(try members(of: packed(tar, .xz)) == expected)
    #expect(failure(of: Array(ArchiveBuilder.debian(tar).prefix(150))) != nil)
  }

  @Test("compressed content may be several streams, as of programs that pack in parallel")
  func streams() throws {
    let (tar, cpio) = (ArchiveBuilder.tar(files), ArchiveBuilder.cpio(files))
    for format in [CompressionFormat.xz, .zstd, .gzip] {
      func split(_ bytes: [UInt8]) throws -> [UInt8] {
        try packed(Array(bytes.prefix(2000)), format) + packed(Array(bytes.dropFirst(2000)), format)
      }
      #expect(try members(of: split(tar)) == expected)
      #expect(try members(of: ArchiveBuilder.debian(split(tar))) == expected)
      #expect(try members(of: ArchiveBuilder.rpm(split(cpio))) == expected)
    }
  }

  @Test("a Debian package without files is damaged, as one that is cut is")
  func noFiles() {
    let whole = ArchiveBuilder.debian(ArchiveBuilder.tar(files))
    // Two members, of 4 bytes and of 3 and one more.
    let end = 8 + 60 + 4 + 60 + 4
    #expect(failure(of: Array(whole.prefix(end)))?.contains("data.tar") ?? false)
    #expect(failure(of: Array(whole.prefix(end + 59)))?.contains("ar header") ?? false)
  }

  @Test("the last block of a tar file may be cut, but no content")
  func cutBlock() throws {
    let tar = ArchiveBuilder.tar([Member("a", [1, 2, 3])])
    for count in [515, 516, 1023, 1024] {
      #expect(try members(of: Array(tar.prefix(count))) == ["a": "3"], "\(count)")
    }
    #expect(failure(of: Array(tar.prefix(514))) != nil)
  }

  @Test("numbers of a tar file may begin with blanks in place of zeros, as old writers have them")
  func blanks() throws {
    var tar = ArchiveBuilder.tar(files)
    // The field of the sum does not count for it.
    for header in stride(from: 0, to: tar.count, by: 512) where tar[header] == 0x2e {
      for place in (header + 148)..<(header + 156) {
        guard tar[place] == 0x30 else { break }
        tar[place] = 0x20
      }
    }
    #expect(tar != ArchiveBuilder.tar(files))
    #expect(try members(of: tar) == expected)
  }

  @Test("an RPM package has the files of its payload, packed or not")
  func rpm() throws {
    for hasSums in [false, true] {
      let cpio = ArchiveBuilder.cpio(files, hasSums: hasSums)
      #expect(try members(of: ArchiveBuilder.rpm(cpio)) == expected)
      for format in [CompressionFormat.xz, .zstd, .gzip] {
        #expect(try members(of: ArchiveBuilder.rpm(packed(cpio, format))) == expected)
      }
    }
    let delta = ArchiveBuilder.rpm([], strings: [1124: ["drpm"]])
    #expect(failure(of: delta) == "test: an RPM package whose payload is drpm, not cpio")
  }

  @Test("a member of a Debian package may be empty")
  func emptyMember() throws {
    var bytes = ArchiveBuilder.debian(ArchiveBuilder.tar(files))
    let fields = [("_none", 16), ("0", 12), ("0", 6), ("0", 6), ("100644", 8), ("0", 10)]
    let header = fields.map { text, width in
      text + String(repeating: " ", count: width - text.utf8.count)
    }
    // After the member that names the format.
    bytes.insert(contentsOf: (header.joined() + "`\n").utf8, at: 72)
    #expect(try members(of: bytes) == expected)
  }

  @Test("a stripped payload takes names, sizes and types from the package's header")
  func stripped() throws {
    let payload = ArchiveBuilder.stripped([
      (1, Array("target".utf8)), (0, [1, 2, 3, 4, 5]), (3, [9]), (4, []),
    ])
    let package = ArchiveBuilder.rpm(
      payload,
      strings: [1117: ["a.ko", "link", "one", "two", "x"], 1118: ["/lib/", "/"]],
      numbers: [
        1028: [5, 6, 1, 1, 4096], 1030: [0o100644, 0o120777, 0o100644, 0o100644, 0o040755],
        1116: [0, 0, 1, 1, 1], 1096: [1, 2, 3, 3, 5], 1095: [1, 1, 1, 1, 1],
      ])
    #expect(
      try members(of: package) == [
        "lib/a.ko": "5", "lib/link": "-> target", "two": "1", "x": "directory",
      ])
    let wrong = ArchiveBuilder.rpm(ArchiveBuilder.stripped([(7, [])]), strings: [1117: ["a"]])
    #expect(failure(of: wrong)?.contains("cpio header at 0x") ?? false)
  }

  private static let inodeCases: [(numbers: [Int: [Int]], names: [String])] = [
    ([1096: [3, 3], 1095: [1, 1]], ["two"]), ([1096: [3, 3], 1095: [1, 2]], ["one", "two"]),
    ([1096: [3, 3], 1095: [0]], ["two"]), ([1096: [3, 3]], ["two"]),
    ([1096: [3]], ["one", "two"]), ([:], ["one", "two"]),
  ]

  @Test(
    "files of a stripped payload are one file by inode and device, as far as the header lists them",
    arguments: inodeCases)
  func inodes(_ numbers: [Int: [Int]], _ names: [String]) throws {
    let payload = ArchiveBuilder.stripped(names.map { ($0 == "one" ? 0 : 1, [7]) })
    let own = [1028: [1, 1], 1030: [0o100644, 0o100644], 1116: [0, 0]]
    let package = ArchiveBuilder.rpm(
      payload, strings: [1117: ["one", "two"], 1118: ["/"]],
      numbers: own.merging(numbers) { one, _ in one })
    #expect(try members(of: package) == Dictionary(uniqueKeysWithValues: names.map { ($0, "1") }))
  }

  @Test("entries of an RPM header have up to the bytes of its data, and the header 65,535 entries")
  func limitsOfHeaders() {
    let cpio = ArchiveBuilder.cpio(files)
    // The header of signatures has one entry, with four bytes of data.
    for (offset, count, isRight) in [(0, 4, true), (4, 0, true), (5, 0, false), (0, 5, false)] {
      var bytes = ArchiveBuilder.rpm(cpio)
      bytes[119] = 7
      bytes[123] = UInt8(offset)
      bytes[127] = UInt8(count)
      #expect((failure(of: bytes) == nil) == isRight, "\(count) bytes at \(offset)")
    }
    for (most, isRight) in [(65_534, true), (65_535, false)] {
      // One more has the name of the format.
      let numbers = (0..<most).map { (2000 + $0, [Int]()) }
      let package = ArchiveBuilder.rpm(
        cpio, numbers: Dictionary(numbers, uniquingKeysWith: { one, _ in one }))
      #expect((failure(of: package) == nil) == isRight)
    }
  }

  @Test("numbers of an RPM header that have the type of strings are none")
  func wrongTypes() {
    let package = ArchiveBuilder.rpm(
      ArchiveBuilder.stripped([(0, [1])]),
      strings: [1117: ["a"], 1118: ["/"], 1030: ["mode"]], numbers: [1028: [1], 1116: [0]])
    #expect(failure(of: package)?.contains("cpio header at 0x") ?? false)
  }

  @Test("an initramfs is archives one after the other, and later members replace earlier ones")
  func initramfs() throws {
    let early = ArchiveBuilder.cpio([Member("kernel/x86/microcode/GenuineIntel.bin", [1])])
    let zeros = [UInt8](repeating: 0, count: 300)
    let main = ArchiveBuilder.cpio(files)
    let later = ArchiveBuilder.cpio([Member("lib/a.ko", [1, 2, 3, 4])])
    for format in [CompressionFormat.xz, .zstd, .gzip] {
      let bytes = try early + zeros + packed(main + zeros, format) + zeros + packed(later, format)
      var all = expected
      all["kernel/x86/microcode/GenuineIntel.bin"] = "1"
      all["lib/a.ko"] = "4"
      #expect(try members(of: bytes) == all)
      #expect(try members(of: packed(main, format)) == expected)
    }
    #expect(try members(of: main + early + later).count == 5)
    let end = Array("key=value\n\0\0AAAABBBB#BOOTCONFIG\n".utf8)
    #expect(try members(of: main + end) == expected)
    #expect(
      failure(of: main + [9, 9, 9, 9, 9, 9])
        == "test: initramfs at 0x\(hex(main.count)): not in this format")
  }

  private func hex(_ number: Int) -> String { String(number, radix: 16) }

  @Test("what is not an archive is none, also inside a compressed file")
  func others() throws {
    let object = Array(
      "!<arch>\nmodule.o/       0           0     0     100644  0         `\n".utf8)
    for bytes in [object, [], [0x7f, 0x45, 0x4c, 0x46], Array("070707000".utf8)] {
      let stream = PackedStream(copying: bytes, path: "test", limit: 1 << 20)
      #expect(try Archive.read(stream) == nil)
      let inner = try packed(bytes + [1], .zstd)
      #expect(try Archive.read(PackedStream(copying: inner, path: "x", limit: 99)) == nil)
    }
  }
}
