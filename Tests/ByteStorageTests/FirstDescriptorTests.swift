import ByteStorage
import Glibc
import TestSupport
import Testing

/// open(2) gives the lowest number that is free, which is 0 where standard input is closed.
@Suite("Files where standard input is closed")
struct FirstDescriptorTests {
  /// Ends the process with a number unless something holds and nothing has descriptor 0.
  private static func require(_ number: Int32, _ holds: Bool) {
    if !holds || fcntl(0, F_GETFD) >= 0 { exit(number) }
  }

  /// Opens a file, not as descriptor 0.
  private static func openAbove(_ path: String) -> Int32 {
    let file = unsafe open(path, O_RDWR | O_CLOEXEC)
    let copy = fcntl(file, F_DUPFD_CLOEXEC, 10)
    close(file)
    return copy
  }

  /// What can be read at once.
  private static func received(_ file: Int32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    // SAFETY: reads at most the size of the array.
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
    return Array(bytes.prefix(max(count, 0)))
  }

  @Test("files are written, replaced and continued")
  func writing() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let scratch = try ScratchDirectory()
      let path = scratch.file("file")
      try scratch.write([9], to: "other.ksym-99999999.tmp")
      close(0)
      try AtomicFile.write([1, 2], to: path)
      Self.require(1, try contents(of: path) == [1, 2])
      // What a killed process left was removed.
      Self.require(2, DirectoryTree.names(in: scratch.path) == ["file"])
      try AtomicFile.write([3, 4], to: path)
      Self.require(3, try contents(of: path) == [3, 4])
      let isContinued = FileAppending.append([5], to: path)
      Self.require(4, try isContinued && contents(of: path) == [3, 4, 5])
      exit(0)
    }
  }

  @Test("FIFOs are written to")
  func fifos() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let scratch = try ScratchDirectory()
      let path = scratch.makeFIFO("fifo")
      close(0)
      let reader = Self.openAbove(path)
      try AtomicFile.write([1, 2], to: path)
      Self.require(1, Self.received(reader) == [1, 2] && PathKind(path) == .other)
      for overwrites in [false, true] {
        do {
          let file = try AtomicFile(path, overwritesStart: true)
          try file.append([3, 4])
          if overwrites { try file.overwriteStart([5]) }
          try file.append([6])
          try file.commit()
        }
        Self.require(2, Self.received(reader) == [overwrites ? 5 : 3, 4, 6])
      }
      exit(0)
    }
  }

  @Test("files and pipes are read, whole, by range and piece by piece")
  func reading() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let scratch = try ScratchDirectory()
      let content = (0..<5000).map { UInt8(truncatingIfNeeded: $0) }
      let path = try scratch.write(content, to: "file")
      close(0)
      do {
        var buffer = FileBuffer()
        try buffer.open(path)
        let isRead = try buffer.source.bytes(4000..<4002, in: "file").array == [0xa0, 0xa1]
        if !isRead { exit(1) }
        buffer.release()
        Self.require(2, true)
        try buffer.open(path)
      }
      Self.require(3, true)
      do {
        let stream = try PackedStream(path, limit: 1 << 20)
        for _ in 0..<2 {
          if try stream.take(5000, in: "file") != content { exit(4) }
          stream.restart()
        }
      }
      Self.require(5, true)
      var stream = try ByteStream(path)
      if try stream.next().array != content { exit(6) }
      close(0)
      exit(0)
    }
  }

  @Test("a pipe is read that has a name in /proc")
  func pipes() async {
    await #expect(processExitsWith: .exitCode(0)) {
      var ends: (Int32, Int32) = (-1, -1)
      // SAFETY: pipe writes two descriptors.
      let isMade = unsafe withUnsafeMutableBytes(of: &ends) {
        unsafe pipe($0.baseAddress?.assumingMemoryBound(to: Int32.self)) == 0
      }
      if !isMade { exit(1) }
      let reader = fcntl(ends.0, F_DUPFD_CLOEXEC, 10)
      _ = unsafe write(ends.1, "piped", 5)
      close(ends.0)
      close(ends.1)
      close(0)
      var buffer = FileBuffer()
      try buffer.open("/proc/self/fd/\(reader)")
      Self.require(2, try buffer.source.all().array == Array("piped".utf8))
      exit(0)
    }
  }

  @Test("what is too much for memory is kept, and members of archives are read from it")
  func members() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let scratch = try ScratchDirectory()
      let content = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
      let kept = try SpoolFile(in: scratch.path)
      try kept.append(content)
      try kept.flush()
      let tree = MountedTree(
        scratch.file("archive!"), layers: [],
        nodes: [
          "": .init(.directory(["a"]), number: 0),
          "a": .init(.file(offset: 7, size: 100), number: 1),
        ], content: kept)
      close(0)
      do {
        var buffer = FileBuffer()
        try buffer.open("\(tree.root)a")
        if try buffer.source.all().array != Array(content[7..<107]) { exit(1) }
      }
      Self.require(2, true)
      do {
        let spool = try SpoolFile(in: scratch.path)
        for start in stride(from: 0, to: 600_000, by: 100_000) {
          try spool.append(Array(content[start..<(start + 100_000)]))
        }
        try spool.flush()
        var bytes: [UInt8] = []
        let count = try spool.read(into: &bytes, at: 0, most: 1 << 20)
        if count != 600_000 || bytes != content { exit(3) }
      }
      Self.require(4, true)
      exit(0)
    }
  }
}
