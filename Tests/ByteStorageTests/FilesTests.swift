import ByteStorage
import TestSupport
import Testing

@Suite("Directory tree")
struct DirectoryTreeTests {
  @Test("files, FIFOs too, come in bytewise order of their paths, links are not followed")
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
