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

  @Test("special files are left out")
  func special() throws {
    var device = Member("dev/console")
    device.mode = 0o020600
    #expect(try members(of: ArchiveBuilder.cpio([device, Member("a")])) == ["a": "0"])
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
