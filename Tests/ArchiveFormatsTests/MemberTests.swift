import ArchiveFormats
import ByteStorage
import TestSupport
import Testing

@Suite("Members of archives")
struct MemberTests {
  @Test("no name leads out of the archive")
  func escapes() throws {
    let names = ["/a", "../b", "x/../../c", "./././d", "e//f", "..", "", ".", "g/"]
    let found = try members(of: ArchiveBuilder.cpio(names.map { Member($0, [1]) }))
    #expect(Set(found.keys) == ["a", "b", "c", "d", "e/f", "g"])
  }

  @Test("names of one file share its content, wherever it is")
  func hardLinks() throws {
    func member(_ name: String, _ bytes: [UInt8]) -> Member {
      var member = Member(name, bytes)
      (member.inode, member.linkCount) = (17, 3)
      return member
    }
    let last = [member("a", []), member("b", []), member("c", [1, 2])]
    #expect(try members(of: ArchiveBuilder.cpio(last)) == ["a": "2", "b": "2", "c": "2"])
    let first = [member("a", [1, 2]), member("b", []), member("c", [])]
    #expect(try members(of: ArchiveBuilder.cpio(first)) == ["a": "2", "b": "2", "c": "2"])
    var tar = ByteBuilder(.little)
    ArchiveBuilder.put("a", "0", [1, 2, 3], to: &tar)
    ArchiveBuilder.put("b", "1", [], target: Array("./a".utf8), to: &tar)
    #expect(try members(of: tar.bytes) == ["a": "3", "b": "3"])
  }

  @Test("long names of GNU and of POSIX")
  func longNames() throws {
    let name = String(repeating: "directory/", count: 40) + "module.ko"
    var tar = ByteBuilder(.little)
    ArchiveBuilder.put("././@LongLink", "L", Array((name + "\0").utf8), to: &tar)
    ArchiveBuilder.put(name, "0", [1], to: &tar)
    let record = " path=\(name)2\n"
    let size = record.utf8.count + 3
    ArchiveBuilder.put("pax", "x", Array("\(size)\(record)".utf8), to: &tar)
    ArchiveBuilder.put(name, "0", [1, 2], to: &tar)
    ArchiveBuilder.put("global", "g", Array("12 path=no\n".utf8), to: &tar)
    ArchiveBuilder.put("short", "0", [1, 2, 3], to: &tar)
    #expect(try members(of: tar.bytes) == [name: "1", name + "2": "2", "short": "3"])
  }

  @Test("names have up to 4,095 bytes and a NUL, as the kernel takes them")
  func longestNames() throws {
    let longest = String(repeating: "n", count: 4095)
    #expect(try members(of: ArchiveBuilder.cpio([Member(longest, [1])])) == [longest: "1"])
    let wrong = failure(of: ArchiveBuilder.cpio([Member(longest + "n", [1])]))
    #expect(wrong?.contains("cpio name") == true, "\(wrong ?? "none")")
    let target = ArchiveBuilder.cpio([.link("a", to: longest)])
    #expect(try members(of: target) == ["a": "-> \(longest)"])
    #expect(failure(of: ArchiveBuilder.cpio([.link("a", to: longest + "n")])) != nil)
  }

  @Test("names and targets of a tar file have up to 4,095 bytes, too")
  func longestTarNames() {
    func tar(_ type: Character, _ count: Int) -> [UInt8] {
      var tar = ByteBuilder(.little)
      ArchiveBuilder.put("long", type, [UInt8](repeating: 0x6e, count: count), to: &tar)
      ArchiveBuilder.put("a", "2", [], target: [0x62], to: &tar)
      return tar.bytes
    }
    for type in ["L", "K"] as [Character] {
      #expect(failure(of: tar(type, 4095)) == nil)
      #expect(failure(of: tar(type, 4096))?.contains("tar name") ?? false)
    }
  }

  /// A tar file of a pax header and a file `a` of one byte.
  private func pax(_ records: [UInt8]) -> ByteBuilder {
    var tar = ByteBuilder(.little)
    ArchiveBuilder.put("pax", "x", records, to: &tar)
    ArchiveBuilder.put("a", "0", [1], to: &tar)
    return tar
  }

  @Test(
    "records of pax that are none do not count, and end the header where their size is wrong",
    arguments: [
      ("9 path=b\n", "b"), ("6 abc\n9 path=b\n", "b"), ("1 path=b\n", "a"), ("2 9 path=b\n", "b"),
      ("0 9 path=b\n", "a"), ("99 path=b\n", "a"), ("path=b\n", "a"), ("", "a"),
    ])
  func records(_ text: String, _ name: String) throws {
    #expect(try members(of: pax(Array(text.utf8)).bytes) == [name: "1"])
  }

  @Test("a header of pax has up to a mebibyte")
  func longestRecords() throws {
    for (count, isRight) in [(1 << 20, true), (1 << 20 + 1, false)] {
      let comment = count - 9
      let text = "\(comment) comment="
      let fill = String(repeating: "x", count: comment - text.utf8.count - 1)
      let bytes = pax(Array("\(text)\(fill)\n9 path=b\n".utf8)).bytes
      #expect((try? members(of: bytes)) == (isRight ? ["b": "1"] : nil))
    }
  }

  @Test("the size in a record of pax counts, also when it is zero")
  func recordOfSize() throws {
    var tar = ByteBuilder(.little)
    // Without the block of content that the size in the header stands for.
    tar.put(pax(Array("9 size=0\n".utf8)).bytes.dropLast(512))
    ArchiveBuilder.put("b", "0", [1, 2], to: &tar)
    #expect(try members(of: tar.bytes) == ["a": "0", "b": "2"])
    #expect(try members(of: pax(Array("11 size=-1\n".utf8)).bytes) == ["a": "1"])
  }

  @Test("a name of POSIX has what comes before it in a field of its own, that of GNU has not")
  func prefix() throws {
    for (magic, prefix, name) in [
      ("ustar\u{0}00", "usr/lib", "usr/lib/a.ko"), ("ustar\u{0}00", "", "a.ko"),
      ("ustar  \u{0}", "usr/lib", "a.ko"),
    ] {
      var tar = ByteBuilder(.little)
      ArchiveBuilder.put("a.ko", "0", [1], to: &tar)
      tar.set(Array(magic.utf8), at: 257)
      tar.set(Array(prefix.utf8), at: 345)
      tar.set([UInt8](repeating: 0x20, count: 8), at: 148)
      let sum = String(tar.bytes[..<512].reduce(0) { $0 + Int($1) }, radix: 8)
      tar.set(Array("\(sum)\0".utf8), at: 148)
      #expect(try members(of: tar.bytes) == [name: "1"])
    }
  }

  @Test("a file where other members have a directory keeps no other directory from being listed")
  func hidden() throws {
    let folders = (0..<30).map { Member("folder\($0)/x.ko", [1]) }
    // Many files: directories are gone through in no order.
    let files = (0..<30).flatMap { [Member("file\($0)", [1]), Member("file\($0)/x.ko", [2])] }
    let bytes = ArchiveBuilder.cpio(files + folders)
    let stream = PackedStream(copying: bytes, path: "hidden", limit: 1 << 20)
    let tree = try #require(try Archive.read(stream)?.mount("hidden!"))
    #expect(tree.root == "hidden!")
    for number in 0..<30 {
      #expect(PathKind("hidden!file\(number)") == .file)
      #expect(DirectoryTree.names(in: "hidden!folder\(number)") == ["x.ko"])
    }
  }

  @Test("special files are left out")
  func special() throws {
    var device = Member("dev/console")
    device.mode = 0o020600
    #expect(try members(of: ArchiveBuilder.cpio([device, Member("a")])) == ["a": "0"])
  }

  @Test("a path leads through up to 40 links, as those of the file system do")
  func manyLinks() throws {
    let chain = (0...40).map { number in
      Member.link("l\(number)", to: number == 40 ? "end" : "l\(number + 1)")
    }
    let bytes = ArchiveBuilder.cpio([Member("end", [1])] + chain)
    let stream = PackedStream(copying: bytes, path: "chain", limit: 1 << 20)
    let tree = try #require(try Archive.read(stream)?.mount("chain!"))
    #expect(tree.root == "chain!")
    #expect(PathKind("chain!l1") == .file)
    #expect(PathKind("chain!l0") == .missing)
  }

  @Test("paths of mounted members lead through links, and never out")
  func links() throws {
    let bytes = ArchiveBuilder.cpio([
      Member("usr/lib/a.ko", [1]), .link("lib", to: "usr/lib"), .link("up", to: "../../usr"),
      .link("round", to: "round"), .link("gone", to: "/nowhere"),
      .link("usr/lib/b.ko", to: "/lib/a.ko"),
    ])
    let stream = PackedStream(copying: bytes, path: "links", limit: 1 << 20)
    let tree = try #require(try Archive.read(stream)?.mount("links!"))
    #expect(tree.root == "links!")
    for path in ["links!lib/a.ko", "links!/lib/a.ko", "links!up/lib/../lib/b.ko"] {
      #expect(PathKind(path) == .file)
      var buffer = FileBuffer()
      try buffer.open(path)
      #expect(try buffer.source.all().array == [1])
      #expect(FileIdentity(path) == FileIdentity("links!usr/lib/a.ko"))
    }
    for path in ["links!round", "links!gone", "links!nowhere", "links!usr/lib/a.ko/x"] {
      #expect(PathKind(path) == .missing)
    }
    #expect(PathKind("links!") == .directory && PathKind("links!up") == .directory)
    let found = DirectoryTree.files(below: "links!") { $0.hasSuffix(".ko") }
    let paths = found.compactMap { entry -> String? in
      if case .file(let path) = entry { return path }
      return nil
    }
    #expect(paths == ["links!usr/lib/a.ko"])
    #expect(DirectoryTree.names(in: "links!usr/lib") == ["a.ko", "b.ko"])
  }
}
