import ByteStorage
import TestSupport
import Testing

@Suite("Directories of links")
struct LinkDirectoryTests {
  private let scratch: ScratchDirectory
  private let directory: LinkDirectory

  init() throws {
    scratch = try ScratchDirectory()
    directory = LinkDirectory(scratch.file("links"))
  }

  private var links: [String: String] { directory.links { $0.hasSuffix(".ko") } }

  @Test("links are made in a directory that does not exist yet, with the folders that they need")
  func new() throws {
    let wanted = ["a.ko": "/x/a.ko", "f/g/b.ko": "/x/b.ko"]
    try directory.replace([:], by: wanted)
    #expect(links == wanted)
    #expect(DirectoryTree.names(in: scratch.path) == ["links"])
  }

  @Test("links that are gone take their folders with them, and everything else stays")
  func kept() throws {
    try directory.replace([:], by: ["a.ko": "/x/a.ko", "f/b.ko": "/x/b.ko"])
    try scratch.write([1, 2], to: "links/notes")
    scratch.makeDirectory("links/empty")
    try directory.replace(links, by: ["c.ko": "/x/c.ko"])
    #expect(links == ["c.ko": "/x/c.ko"])
    #expect(DirectoryTree.names(in: directory.path) == ["c.ko", "empty", "notes"])
    #expect(try contents(of: scratch.file("links/notes")) == [1, 2])
  }

  @Test("a directory is emptied, and stays")
  func emptied() throws {
    try directory.replace([:], by: ["a.ko": "/x/a.ko"])
    try directory.removeAll()
    #expect(PathKind(directory.path) == .directory && links.isEmpty)
    #expect(DirectoryTree.names(in: scratch.path) == ["links"])
  }

  /// No process has a number above 4194304, and the first is always there.
  @Test("copies that killed processes left are removed, those of others stay")
  func leftovers() throws {
    let kept = [".links.ksym-1", ".links.ksym-1.old", ".links.ksym-x", ".other.ksym-4194305"]
    let left = [".links.ksym-4194305", ".links.ksym-4194306.old", ".links.ksym-4194307"]
    for name in kept + left { scratch.makeDirectory(name) }
    scratch.link(".links.ksym-4194305/a.ko", to: "/x/a.ko")
    scratch.makeDirectory("links")
    try directory.replace([:], by: ["a.ko": "/x/a.ko"])
    #expect(DirectoryTree.names(in: scratch.path) == (kept + ["links"]).sorted())
  }

  @Test("what cannot be written is an error that names the place, and nothing is left behind")
  func failure() throws {
    try scratch.write([1], to: "file")
    let inside = LinkDirectory(scratch.file("file/links"))
    #expect(throws: FileError.self) { try inside.replace([:], by: ["a.ko": "/x"]) }
    #expect(DirectoryTree.names(in: scratch.path) == ["file"])
  }
}
