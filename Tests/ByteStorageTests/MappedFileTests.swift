import ByteStorage
import Glibc
import TestSupport
import Testing

/// Who shortens a mapped file while it is read ends the process.
@Suite("Mapped files that are cut short")
struct CutFileTests {
  /// Maps two files, cuts one of them and reads it from an offset on.
  private static func read(_ cut: Int, from offset: Int, of size: Int) throws {
    CutFiles.endProcess(before: "<", after: ">", status: 7)
    let scratch = try ScratchDirectory()
    let paths = try ["a", "b\u{1f}\u{20}\u{7f}"].map {
      try scratch.write([UInt8](repeating: 1, count: size), to: $0)
    }
    let files = try paths.map { try MappedFile($0) }
    _ = unsafe truncate(paths[cut], 0)
    let file = files[cut]
    let byte = unsafe file.unboundBytes.byte(at: offset)
    exit(byte == 1 ? 0 : 1)
  }

  @Test("the file is named, its control characters aside, whichever byte is read")
  func names() async throws {
    func name(_ output: [UInt8]?) -> Substring? {
      let text = String(decoding: output ?? [], as: UTF8.self)
      guard let start = text.lastIndex(of: "/") else { return nil }
      return text[start...].dropFirst().prefix { $0 != ">" }
    }
    let first = await #expect(
      processExitsWith: .exitCode(7), observing: [\.standardErrorContent]
    ) { try Self.read(0, from: 0, of: 4096) }
    #expect(name(first?.standardErrorContent) == "a")
    let last = await #expect(
      processExitsWith: .exitCode(7), observing: [\.standardErrorContent]
    ) { try Self.read(1, from: 8191, of: 8192) }
    #expect(name(last?.standardErrorContent) == "b? ?")
  }

  @Test("a fault in no mapped file ends the process as any does")
  func otherFaults() async {
    await #expect(processExitsWith: .signal(SIGBUS)) {
      CutFiles.endProcess(before: "<", after: ">", status: 7)
      raise(SIGBUS)
      raise(SIGBUS)
    }
  }
}

@Suite("Paths of archives and times of files")
struct PathTests {
  @Test("of files of one time of writing that is newer which was changed here later, or then")
  func newerFiles() throws {
    let scratch = try ScratchDirectory()
    let (first, second) = (try scratch.write([1], to: "a"), try scratch.write([2], to: "b"))
    let times = [timespec(tv_sec: 9, tv_nsec: 5), timespec(tv_sec: 9, tv_nsec: 5)]
    for path in [first, second] {
      // SAFETY: two times are passed.
      _ = unsafe times.withUnsafeBufferPointer {
        unsafe utimensat(AT_FDCWD, path, $0.baseAddress, 0)
      }
      usleep(30_000)
    }
    let (old, new) = (try #require(FileTimes(first)), try #require(FileTimes(second)))
    #expect(old.modified == 9_000_000_005 && new.modified == old.modified)
    #expect(new.isNewer(than: old) && !old.isNewer(than: new))
    #expect(old.isNewer(than: old))
    try scratch.write([3], to: "a")
    let written = try #require(FileTimes(first))
    #expect(written.isNewer(than: new) && !new.isNewer(than: written))
  }

  @Test("a path of an archive may have single dots and go up")
  func dots() throws {
    let scratch = try ScratchDirectory()
    let tree = MountedTree(
      scratch.file("dots!"), layers: [],
      nodes: [
        "": .init(.directory(["a", "l"]), number: 0), "a": .init(.directory(["b"]), number: 1),
        "a/b": .init(.file(offset: 0, size: 1), number: 2),
        "l": .init(.link("./a/./b"), number: 3),
      ], content: try SpoolFile(in: scratch.path))
    for (path, kind) in [
      ("a/b", .file), ("./a/b", .file), ("a/./b", .file), ("a/b/.", .file), ("a/../a/b", .file),
      ("../a", .directory), ("l", .file), (".", .directory), ("b", .missing), ("./b", .missing),
    ] as [(String, PathKind)] {
      #expect(PathKind(tree.root + path) == kind, "\(path)")
      #expect(PathKind.isReadable(tree.root + path) == (kind != .missing), "\(path)")
    }
  }
}
