import ByteStorage
import Glibc
import TestSupport
import Testing

@Suite("Directory tree")
struct DirectoryTreeTests {
  @Test("files, FIFOs too, come in bytewise order of their paths, each once")
  func order() throws {
    let scratch = try ScratchDirectory()
    for folder in ["a", "b", "b/c"] { scratch.makeDirectory(folder) }
    for file in ["a/x.ko", "a-.ko", "a.ko", "b/c/z.ko", "b/b.ko", "b/d.ko", "b/text", "B.ko"] {
      try scratch.write([0], to: file)
    }
    scratch.link("b/up", to: scratch.path)
    scratch.link("b/link.ko", to: scratch.file("a.ko"))
    _ = scratch.makeFIFO("b/fifo.ko")
    for root in [scratch.path, scratch.path + "/"] {
      let paths = DirectoryTree.files(below: root) { $0.hasSuffix(".ko") }.map { entry in
        switch entry {
        case .file(let path): String(path.dropFirst(scratch.path.count + 1))
        case .unreadable(let error): "\(error)"
        }
      }
      #expect(
        paths == [
          "B.ko", "a-.ko", "a.ko", "a/x.ko", "b/b.ko", "b/c/z.ko", "b/d.ko", "b/fifo.ko",
        ])
    }
    #expect(
      DirectoryTree.names(in: scratch.file("b")) == [
        "b.ko", "c", "d.ko", "fifo.ko", "link.ko", "text", "up",
      ])
  }

  /// Paths of a walk, without the root.
  private static func walk(
    _ scratch: ScratchDirectory, _ root: String, followsLinks: Bool = true
  ) -> [String] {
    let entries = DirectoryTree.files(below: scratch.file(root), followsLinks: followsLinks) {
      $0.hasSuffix(".ko")
    }
    return entries.map { entry in
      switch entry {
      case .file(let path): String(path.dropFirst(scratch.file(root).count + 1))
      case .unreadable(let error): "\(error)"
      }
    }
  }

  @Test("links to files and directories elsewhere are followed, each file once, and cycles end")
  func links() throws {
    let scratch = try ScratchDirectory()
    for folder in ["tree", "tree/m", "tree/own", "out", "out/deep"] {
      scratch.makeDirectory(folder)
    }
    for file in ["out/a.ko", "out/deep/b.ko", "out/c.ko", "tree/own/x.ko", "tree/m.ko"] {
      try scratch.write([0], to: file)
    }
    // The name of the link counts, and what it leads to once, under its own path if it has one.
    scratch.link("tree/a-link", to: scratch.file("out"))
    scratch.link("tree/z.ko", to: scratch.file("out/c.ko"))
    scratch.link("tree/a.ko", to: scratch.file("tree/own/x.ko"))
    scratch.link("tree/m/first.ko", to: scratch.file("out/deep/b.ko"))
    scratch.link("out/deep/up", to: scratch.file("tree"))
    scratch.link("out/self", to: ".")
    scratch.link("tree/text", to: scratch.file("out/a.ko"))
    let found = Self.walk(scratch, "tree")
    #expect(found == ["a-link/a.ko", "a-link/c.ko", "a-link/deep/b.ko", "m.ko", "own/x.ko"])
    #expect(Self.walk(scratch, "tree", followsLinks: false) == ["m.ko", "own/x.ko"])
    // The root itself may be a link, of links.
    scratch.link("root", to: "tree")
    #expect(Self.walk(scratch, "root").count == found.count)
  }

  @Test(
    "hard links are files of their own, and a link that leads nowhere is one that does not open")
  func danglingLinks() throws {
    let scratch = try ScratchDirectory()
    scratch.makeDirectory("tree")
    try scratch.write([0], to: "tree/a.ko")
    #expect(unsafe link(scratch.file("tree/a.ko"), scratch.file("tree/b.ko")) == 0)
    for name in ["gone.ko", "gone", "loop.ko"] {
      scratch.link("tree/\(name)", to: scratch.file(name == "loop.ko" ? "tree/loop.ko" : "none"))
    }
    #expect(Self.walk(scratch, "tree") == ["a.ko", "b.ko", "gone.ko", "loop.ko"])
  }

  @Test("hard links that are only found through a link are one file, and what follows is found")
  func hardLinksElsewhere() throws {
    let scratch = try ScratchDirectory()
    for folder in ["tree", "out", "more"] { scratch.makeDirectory(folder) }
    for file in ["out/a.ko", "out/c.ko", "more/d.ko"] { try scratch.write([0], to: file) }
    for (old, new) in [("out/a.ko", "out/b.ko"), ("out/c.ko", "more/a.ko")] {
      try #require(unsafe link(scratch.file(old), scratch.file(new)) == 0)
    }
    // The tree has no file of its own.
    scratch.link("tree/x", to: scratch.file("out"))
    scratch.link("tree/y", to: scratch.file("more"))
    #expect(Self.walk(scratch, "tree") == ["x/a.ko", "x/c.ko", "y/d.ko"])
  }

  @Test("links called build and source lead to the kernel's own tree, and are not followed")
  func build() throws {
    let scratch = try ScratchDirectory()
    for folder in ["tree", "headers", "headers/build"] { scratch.makeDirectory(folder) }
    try scratch.write([0], to: "headers/a.ko")
    try scratch.write([0], to: "headers/build/b.ko")
    for name in ["build", "source"] { scratch.link("tree/\(name)", to: scratch.file("headers")) }
    #expect(Self.walk(scratch, "tree") == [])
    scratch.link("tree/updates", to: scratch.file("headers"))
    #expect(Self.walk(scratch, "tree") == ["updates/a.ko", "updates/build/b.ko"])
  }

  @Test("a directory that cannot be read is reported")
  func unreadable() throws {
    let scratch = try ScratchDirectory()
    let entries = DirectoryTree.files(below: scratch.file("none")) { _ in true }
    guard case .unreadable(let error)? = entries.first, entries.count == 1 else {
      Issue.record("\(entries)")
      return
    }
    #expect(error.path == scratch.file("none"))
    #expect(DirectoryTree.names(in: scratch.file("none")).isEmpty)
  }

  @Test("a path has the kind of the file that it leads to")
  func kinds() throws {
    let scratch = try ScratchDirectory()
    try scratch.write([], to: "file")
    scratch.link("link", to: scratch.file("file"))
    scratch.link("loop", to: scratch.file("loop"))
    #expect(PathKind(scratch.path) == .directory)
    #expect(PathKind(scratch.file("link")) == .file)
    #expect(PathKind(scratch.file("loop")) == .missing)
    #expect(PathKind(scratch.makeFIFO("fifo")) == .other)
  }
}

@Suite("First lines of commands")
struct FirstLineTests {
  @Test(
    "the first line of what a command writes is taken, without its end, up to 4096 bytes",
    arguments: [
      ("printf 'a b\\nc\\n'", "a b"), ("printf abc", "abc"), ("printf ''", nil),
      ("printf '\\nb'", nil), ("printf 'a\\000b\\n'", "a\u{0}b"), ("exit 3", nil),
      ("printf '%04096d\\n' 0", String(repeating: "0", count: 4096)),
      ("printf '%05000d\\n' 0", String(repeating: "0", count: 4096)),
    ] as [(String, String?)])
  func lines(_ command: String, _ line: String?) {
    #expect(ProcessEnvironment.firstLine(of: command) == line)
  }
}
