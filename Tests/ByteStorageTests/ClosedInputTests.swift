import ByteStorage
import Glibc
import TestSupport
import Testing

/// In a process that was started without standard input, the first file that is opened gets descriptor 0.
@Suite("A process without standard input")
struct ClosedInputTests {
  /// Whether descriptor 0 is not open, so that the next file gets it. Other threads of the process may have it
  /// for a moment, so this asks often.
  private static var isFree: Bool {
    (0..<100_000).contains { _ in
      let isClosed = fcntl(0, F_GETFD) < 0
      if !isClosed { sched_yield() }
      return isClosed
    }
  }

  private static func pipe() -> [Int32] {
    var ends: [Int32] = [-1, -1]
    _ = unsafe Glibc.pipe(&ends)
    return ends
  }

  private static func received(_ end: Int32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = unsafe read(end, &bytes, 16)
    return Array(bytes.prefix(max(0, count)))
  }

  /// Runs steps without standard input; the first that fails gives the exit status.
  private static func run(_ steps: [() throws -> Bool]) -> Never {
    close(0)
    for (number, step) in steps.enumerated() {
      guard isFree, (try? step()) == true else { exit(Int32(number) + 10) }
    }
    exit(isFree ? 7 : 8)
  }

  @Test("reads files, pipes and members of archives, and closes them")
  func reading() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let scratch = try ScratchDirectory()
      let path = try scratch.write([1, 2, 3], to: "file")
      let ends = Self.pipe()
      _ = unsafe write(ends[1], [4, 5] as [UInt8], 2)
      close(ends[1])
      let spool = try SpoolFile(in: scratch.path)
      try spool.append([6, 7, 8])
      try spool.flush()
      let tree = MountedTree(
        "archive!", layers: [],
        nodes: [
          "": .init(.directory(["a", "dir"]), number: 1),
          "dir": .init(.directory(["file"]), number: 2),
          "dir/file": .init(.file(offset: 1, size: 2), number: 3),
          "a": .init(.link("./dir/./../dir/file"), number: 4),
        ], content: spool)
      Self.run([
        {
          var buffer = FileBuffer()
          try buffer.open(path)
          return try buffer.source.all().array == [1, 2, 3]
        },
        {
          var buffer = FileBuffer()
          try buffer.open("/proc/self/fd/\(ends[0])")
          return try buffer.source.all().array == [4, 5]
        },
        {
          var buffer = FileBuffer()
          try buffer.open(tree.root + "a")
          let isRead = try buffer.source.all().array == [7, 8]
          buffer.release()
          return isRead && Self.isFree
        },
        {
          let stream = try PackedStream(path, limit: 100)
          let first = try stream.next(most: 10).array
          stream.restart()
          return try first == [1, 2, 3] && stream.next(most: 10).array == first
        },
        {
          var stream = try ByteStream(path)
          defer { close(0) }
          return try stream.next().array == [1, 2, 3]
        },
      ])
    }
  }

  @Test("writes files, pipes and devices, and closes them")
  func writing() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let scratch = try ScratchDirectory()
      let file = scratch.file("file")
      scratch.makeDirectory("folder")
      try scratch.write([0], to: "folder/a.ko.ksym-4194305.tmp")
      let ends = Self.pipe()
      let pipe = "/proc/self/fd/\(ends[1])"
      Self.run([
        {
          try AtomicFile.write([1, 2, 3], to: file)
          return try contents(of: file) == [1, 2, 3]
        },
        {
          try AtomicFile.write([4], to: file)
          return try contents(of: file) == [4]
        },
        {
          try AtomicFile.write([5, 6], to: pipe)
          return Self.received(ends[0]) == [5, 6]
        },
        {
          let output = try AtomicFile(pipe, overwritesStart: true)
          try output.append([0, 8, 9])
          try output.overwriteStart([7])
          try output.commit()
          return Self.received(ends[0]) == [7, 8, 9]
        },
        {
          let spool = try SpoolFile(in: scratch.path)
          try spool.append([1, 2])
          try spool.flush()
          var bytes: [UInt8] = []
          return try spool.read(into: &bytes, at: 1, most: 9) == 1 && bytes == [2]
        },
        {
          try FileAppending.append([5], to: file) && contents(of: file) == [4, 5]
        },
        {
          try AtomicFile.write([1], to: scratch.file("folder/new"))
          return DirectoryTree.names(in: scratch.file("folder")) == ["new"]
        },
      ])
    }
  }
}

@Suite("Mapped files that are cut short")
struct CutFileTests {
  @Test("the file that lacks bytes ends the process, with its name as text")
  func message() async throws {
    let result = await #expect(
      processExitsWith: .exitCode(9), observing: [\.standardErrorContent]
    ) {
      let scratch = try ScratchDirectory()
      CutFiles.endProcess(before: "before ", after: " after", status: 9)
      let page = [UInt8](repeating: 1, count: 1 << 16)
      let other = try MappedFile(scratch.write(page, to: "other"))
      let path = try scratch.write(page, to: "a b\u{1f}\u{7f}~")
      let file = try MappedFile(path)
      guard unsafe truncate(path, 0) == 0 else { exit(1) }
      let sum = other.bytes.byte(at: 0) ?? 0
      // The first byte that is mapped.
      exit(Int32(sum &+ (file.bytes.byte(at: 0) ?? 0)))
    }
    let words = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(words.contains("before /") && words.contains("/a b??~ after"), "\(words)")
  }

  @Test("of two files that are mapped side by side the one that lacks bytes is named")
  func neighbours() async throws {
    let result = await #expect(
      processExitsWith: .exitCode(9), observing: [\.standardErrorContent]
    ) {
      let scratch = try ScratchDirectory()
      CutFiles.endProcess(before: "before ", after: " after", status: 9)
      let path = try scratch.write([UInt8](repeating: 1, count: 1 << 16), to: "cut")
      // Mappings go downwards: the next one takes the entry of the first, and ends where the second
      // begins.
      var first: MappedFile? = try MappedFile(path)
      let cut = try MappedFile(path)
      first = nil
      let large = [UInt8](repeating: 1, count: 1 << 20)
      let next = try MappedFile(scratch.write(large, to: "next"))
      guard first == nil, unsafe truncate(path, 0) == 0 else { exit(1) }
      exit(Int32((next.bytes.byte(at: 0) ?? 0) &+ (cut.bytes.byte(at: 0) ?? 0)))
    }
    let words = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(words.contains("/cut after") && !words.contains("next"), "\(words)")
  }
}
