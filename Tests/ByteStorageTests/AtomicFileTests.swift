import ByteStorage
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite("Atomic file")
struct AtomicFileTests {
  @Test("A new file has the mode asked for, an old one keeps its own")
  func modes() throws {
    let scratch = try ScratchDirectory()
    let path = scratch.file("file")
    try AtomicFile.write([1, 2], to: path, mode: 0o600)
    #expect(permissions(of: path) == 0o600)
    try AtomicFile.write([3], to: path, mode: 0o755)
    #expect(permissions(of: path) == 0o600)
    #expect(try contents(of: path) == [3])
    #expect(DirectoryTree.names(in: scratch.path) == ["file"])
  }

  @Test("A file keeps its owner", .enabled(if: geteuid() == 0, "needs root"))
  func owner() throws {
    for (user, group) in [(65534, 65533), (65534, 0), (0, 65533)] as [(UInt32, UInt32)] {
      let scratch = try ScratchDirectory()
      let path = scratch.file("file")
      try scratch.write([1], to: "file")
      try #require(unsafe chown(path, user, group) == 0)
      try AtomicFile.write([2], to: path)
      var status = stat()
      #expect(unsafe stat(path, &status) == 0)
      #expect(status.st_uid == user && status.st_gid == group)
      #expect(try contents(of: path) == [2])
    }
  }

  @Test("What replaces a file is on the disk before it has the name; what is new need not be")
  func synchronizing() throws {
    let scratch = try ScratchDirectory()
    try AtomicFile.write([1, 2, 3], to: scratch.file("new"))
    #expect(ObservedSync.size(of: scratch.file("new")) == nil)
    try scratch.write([1], to: "old")
    try AtomicFile.write([1, 2, 3], to: scratch.file("old"))
    #expect(ObservedSync.size(of: scratch.file("old")) == 3)
  }

  @Test("A file that another program made meanwhile is replaced by one that is on the disk")
  func madeMeanwhile() throws {
    let scratch = try ScratchDirectory()
    let file = try AtomicFile(scratch.file("file"))
    try file.append([1, 2, 3])
    try scratch.write([9], to: "file")
    try file.commit()
    #expect(try contents(of: scratch.file("file")) == [1, 2, 3])
    #expect(ObservedSync.size(of: scratch.file("file")) == 3)
    #expect(DirectoryTree.names(in: scratch.path) == ["file"])
  }

  @Test("A file whose bytes cannot be brought to the disk is not replaced")
  func failingSync() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let scratch = try ScratchDirectory()
      try scratch.write([1], to: "file")
      ObservedSync.fails.store(true, ordering: .relaxed)
      do { try AtomicFile.write([2], to: scratch.file("file")) } catch {
        let isOld = try contents(of: scratch.file("file")) == [1]
        exit(isOld && DirectoryTree.names(in: scratch.path) == ["file"] ? 7 : 1)
      }
    }
  }

  @Test("A file that cannot be given its name is not written, and the old one stays")
  func unnameable() throws {
    let scratch = try ScratchDirectory()
    try scratch.write([1], to: "file")
    let file = try AtomicFile(scratch.file("file"))
    try file.append([2])
    // The name that the new file would have for a moment.
    try scratch.write([3], to: "file.ksym-\(getpid()).tmp")
    #expect(throws: FileError.self) { try file.commit() }
    #expect(try contents(of: scratch.file("file")) == [1])
  }

  @Test("What became a directory meanwhile is not replaced")
  func becameDirectory() throws {
    let scratch = try ScratchDirectory()
    try scratch.write([1], to: "file")
    let file = try AtomicFile(scratch.file("file"))
    try file.append([2])
    try #require(unsafe unlink(scratch.file("file")) == 0)
    scratch.makeDirectory("file")
    #expect(throws: FileError.self) { try file.commit() }
    #expect(PathKind(scratch.file("file")) == .directory)
    #expect(DirectoryTree.names(in: scratch.path) == ["file"])
  }

  @Test("A file with a name as long as names may be is replaced", arguments: ["n", "é", "名"])
  func longestName(_ letter: String) throws {
    let scratch = try ScratchDirectory()
    let name = String(repeating: letter, count: 255 / letter.utf8.count)
    try AtomicFile.write([1], to: scratch.file(name))
    try AtomicFile.write([2], to: scratch.file(name))
    #expect(try contents(of: scratch.file(name)) == [2])
    #expect(DirectoryTree.names(in: scratch.path) == [name])
  }

  @Test("A symbolic link stays one: the file that it leads to is replaced, in its own directory")
  func links() throws {
    let scratch = try ScratchDirectory()
    scratch.makeDirectory("there")
    try scratch.write([1], to: "there/file")
    scratch.link("link", to: "there/file")
    try AtomicFile.write([2], to: scratch.file("link"))
    #expect(try contents(of: scratch.file("there/file")) == [2])
    var status = stat()
    #expect(unsafe lstat(scratch.file("link"), &status) == 0)
    #expect(status.st_mode & S_IFMT == S_IFLNK)
    #expect(DirectoryTree.names(in: scratch.file("there")) == ["file"])
  }

  @Test("A failing write leaves nothing behind")
  func failing() throws {
    let scratch = try ScratchDirectory()
    #expect(throws: FileError.self) {
      try AtomicFile.write([1], to: scratch.file("none/file"))
    }
    scratch.makeDirectory("folder")
    try scratch.write([0], to: "folder/inside")
    #expect(throws: FileError.self) { try AtomicFile.write([1], to: scratch.file("folder")) }
    #expect(DirectoryTree.names(in: scratch.path) == ["folder"])
    #expect(throws: FileError.self) { try AtomicFile.write([1], to: "/dev/full") }
  }

  @Test("What is written piece by piece is one file, however large the pieces are")
  func streaming() throws {
    let scratch = try ScratchDirectory()
    var expected: [UInt8] = []
    let file = try AtomicFile(scratch.file("file"))
    for size in [1, 1000, 1 << 18, 3, (1 << 18) + 1, 1 << 20, 0, 7] {
      let piece = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ size) }
      expected += piece
      if size % 2 == 0 { try file.append(piece) } else { try file.append(piece.rawSpan) }
      #expect(DirectoryTree.names(in: scratch.path).isEmpty)
    }
    try file.overwriteStart([9, 8])
    expected.replaceSubrange(0..<2, with: [9, 8])
    try file.commit()
    #expect(try contents(of: scratch.file("file")) == expected)
    #expect(DirectoryTree.names(in: scratch.path) == ["file"])
  }

  @Test("What is not committed leaves the old file")
  func abandoned() throws {
    let scratch = try ScratchDirectory()
    try scratch.write([1], to: "file")
    do {
      let file = try AtomicFile(scratch.file("file"))
      try file.append([UInt8](repeating: 2, count: 1 << 20))
    }
    #expect(try contents(of: scratch.file("file")) == [1])
    #expect(DirectoryTree.names(in: scratch.path) == ["file"])
  }

  @Test("A reader of the old file keeps it; who opens it later gets the new one")
  func openFile() throws {
    let scratch = try ScratchDirectory()
    try scratch.write([1, 1, 1], to: "file")
    let reader = unsafe open(scratch.file("file"), O_RDONLY)
    defer { close(reader) }
    try AtomicFile.write([2], to: scratch.file("file"))
    var bytes = [UInt8](repeating: 0, count: 4)
    #expect(unsafe read(reader, &bytes, 4) == 3)
    #expect(bytes == [1, 1, 1, 0])
    #expect(try contents(of: scratch.file("file")) == [2])
  }

  @Test("What a killed process left is removed, unless it is in use or is named otherwise")
  func leftovers() throws {
    let scratch = try ScratchDirectory()
    let others = ["a.ko.ksym-1x.tmp", "a.ko.ksym-.tmp", "ksym-1.tmp", "b.tmp"]
    let used = "c.ko.ksym-123.tmp"
    for name in others + [used, "a.ko.ksym-4194305.tmp", ".ksym-77.tmp"] {
      try scratch.write([0], to: name)
    }
    // What cannot be opened does not keep the others.
    let links = [".a.ksym-5.tmp", "z.ksym-5.tmp"]
    for link in links { try #require(unsafe symlink("nowhere", scratch.file(link)) == 0) }
    let user = unsafe open(scratch.file(used), O_RDONLY)
    defer { close(user) }
    try #require(flock(user, LOCK_EX | LOCK_NB) == 0)
    try AtomicFile.write([1], to: scratch.file("new"))
    #expect(DirectoryTree.names(in: scratch.path) == (others + links + [used, "new"]).sorted())
  }

  @Test("Without room the old file stays, and nothing else")
  func noRoom() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let scratch = try ScratchDirectory()
      try scratch.write([1], to: "file")
      AtomicFile.deferSignals()
      var limit = rlimit(rlim_cur: 100_000, rlim_max: 100_000)
      guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
        return
      }
      do {
        try AtomicFile.write([UInt8](repeating: 0, count: 200_000), to: scratch.file("file"))
      } catch {
        let isWhole = try contents(of: scratch.file("file")) == [1]
        exit(isWhole && DirectoryTree.names(in: scratch.path) == ["file"] ? 7 : 1)
      }
    }
  }
}

@Suite("Spool file")
struct SpoolFileTests {
  @Test("What is written is read again, from anywhere, and has no name")
  func reading() throws {
    let scratch = try ScratchDirectory()
    let file = try SpoolFile(in: scratch.path)
    #expect(DirectoryTree.names(in: scratch.path).isEmpty)
    let piece = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    try file.append(piece)
    try file.append(piece.rawSpan)
    try file.flush()
    #expect(file.count == 600_000)
    var bytes: [UInt8] = [5]
    #expect(try file.read(into: &bytes, at: 299_999, most: 2) == 2)
    #expect(bytes == [5, piece[299_999], piece[0]])
    #expect(try file.read(into: &bytes, at: 599_999, most: 10) == 1)
    #expect(try file.read(into: &bytes, at: 600_000, most: 10) == 0)
    bytes = []
    #expect(try file.read(into: &bytes, at: 0, most: 600_000) == 600_000)
    #expect(bytes == piece + piece)
  }

  @Test("A directory that cannot be written to is an error")
  func failing() throws {
    let scratch = try ScratchDirectory()
    #expect(throws: FileError.self) { try SpoolFile(in: scratch.file("none")) }
  }
}

@Suite("Deferred signals")
struct SignalDeferralTests {
  /// The threads of tests block signals.
  private static func unblock(_ number: Int32) {
    var blocked = sigset_t()
    unsafe sigemptyset(&blocked)
    unsafe sigaddset(&blocked, number)
    unsafe pthread_sigmask(SIG_UNBLOCK, &blocked, nil)
  }

  @Test("A signal ends the process, but only after the name is gone")
  func deferred() async throws {
    let result = await #expect(
      processExitsWith: .signal(SIGTERM), observing: [\.standardOutputContent]
    ) {
      SignalDeferral.install()
      Self.unblock(SIGTERM)
      SignalDeferral.withoutSignals {
        raise(SIGTERM)
        _ = unsafe write(1, "still here", 10)
      }
      _ = unsafe write(1, "too late", 8)
    }
    let output = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
    #expect(output.contains("still here") && !output.contains("too late"))
  }

  @Test("Outside of that a signal ends the process at once; an ignored one never does")
  func others() async {
    await #expect(processExitsWith: .signal(SIGHUP)) {
      SignalDeferral.install()
      Self.unblock(SIGHUP)
      SignalDeferral.withoutSignals {}
      raise(SIGHUP)
    }
    await #expect(processExitsWith: .exitCode(3)) {
      signal(SIGINT, SIG_IGN)
      SignalDeferral.install()
      Self.unblock(SIGINT)
      SignalDeferral.withoutSignals { _ = raise(SIGINT) }
      raise(SIGINT)
      exit(3)
    }
  }
}
