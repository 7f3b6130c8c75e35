internal import Glibc
internal import Synchronization

/// Writes a file piece by piece, so that readers see the old content or the new, never a part. The
/// new content is written to a file without a name where the file system has such; it gets a
/// temporary name only for the moment before it is renamed over the old file. The file that a
/// symbolic link leads to is replaced; what is not a regular file (a device, a FIFO) is written to.
/// What was written counts with ``commit()``; without that, nothing is left behind.
package final class AtomicFile {
  private let path: String
  /// What is replaced: the file that links lead to.
  private let target: String
  private let mode: UInt32
  /// The file to replace, if there is one.
  private let old: stat?
  private let writesThrough: Bool
  /// Whether all is kept until ``commit()`` although it is written through: the start may change until then.
  private let keepsBack: Bool
  private var output: FileOutput

  /// Makes signals that end the process wait until no temporary name exists. For commands: a library
  /// leaves signals alone.
  package static func deferSignals() { SignalDeferral.install() }

  private static let listener = Mutex<(@Sendable (String, [String]) -> Void)?>(nil)

  /// Calls with the path of each file that is replaced and whose extended attributes, here by their
  /// names, could not all be kept.
  package static func reportLostAttributes(
    _ body: @escaping @Sendable (_ path: String, _ names: [String]) -> Void
  ) { listener.withLock { $0 = body } }

  /// Writes a whole file; if that throws, nothing is left behind and `path` is as before.
  package static func write(
    _ bytes: [UInt8], to path: String, mode: UInt32 = 0o644
  ) throws(FileError) {
    let file = try AtomicFile(path, mode: mode)
    try file.append(bytes)
    try file.commit()
  }

  /// Where to keep what belongs to a file until it is written: beside it, or, if it is a device or a FIFO,
  /// where there is room.
  package static func workDirectory(for path: String) -> String {
    var status = stat()
    if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      return SpoolFile.largeDirectory
    }
    return directory(of: resolved(path))
  }

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: Its path.
  ///   - mode: The mode of a new file; an existing file keeps its permission bits and its owner.
  ///   - overwritesStart: Whether ``overwriteStart(_:)`` will be used, which no FIFO allows.
  /// - Throws: ``FileError`` if nothing can be written there.
  package init(
    _ path: String, mode: UInt32 = 0o644, overwritesStart: Bool = false
  ) throws(FileError) {
    self.path = path
    self.mode = mode
    var status = stat()
    let isThere = unsafe stat(path, &status) == 0
    // Links in a ring lead to no file.
    if !isThere, errno == ELOOP {
      throw FileError(path: path, cause: .system(operation: "open", errno: ELOOP))
    }
    writesThrough = isThere && status.st_mode & S_IFMT != S_IFREG
    keepsBack = writesThrough && overwritesStart
    old = isThere && !writesThrough ? status : nil
    target = AtomicFile.resolved(path)
    let directory = AtomicFile.directory(of: target)
    if keepsBack {
      output = FileOutput(-1, in: SpoolFile.largeDirectory, path: path)
    } else if writesThrough {
      let file = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
      output = FileOutput(file, in: directory, path: path)
      if file < 0 { throw output.failure("open") }
    } else {
      TemporaryFile.removeLeftovers(in: directory)
      let file = TemporaryFile.unnamed(in: directory) ?? -1
      output = FileOutput(file, in: directory, path: path)
    }
  }

  package func append(_ bytes: RawSpan) throws(FileError) { try output.append(bytes) }

  package func append(_ bytes: [UInt8]) throws(FileError) { try output.append(bytes) }

  /// Writes bytes over what was appended, from the beginning. Whoever does says so at the beginning.
  package func overwriteStart(_ bytes: [UInt8]) throws(FileError) {
    try output.overwriteStart(bytes)
  }

  /// Makes what was written the file; if that throws, the file is as before.
  package func commit() throws(FileError) {
    if output.descriptor >= 0 { try output.flush() }
    if keepsBack { return try writeThrough() }
    if output.descriptor >= 0 {
      if writesThrough { return }
      // Nothing is lost with a new file whose bytes did not reach the disk: what it was made of is there.
      try settle(output.descriptor, synchronizes: old != nil)
      if try place() { return }
      // The file system, or the lack of /proc, allows no naming: the longer way.
    }
    let temporary = TemporaryFile.name(for: target)
    try TemporaryFile.withName(temporary, path) { (file) throws(FileError) in
      try output.copy(to: file)
      // Such a file system may be a remote one, which says only now that it has no room.
      try settle(file, synchronizes: true)
      guard unsafe rename(temporary, target) == 0 else { throw output.failure("replace") }
    }
  }

  /// Gives a device or a FIFO all that was kept back.
  private func writeThrough() throws(FileError) {
    let file = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { throw output.failure("open") }
    defer { close(file) }
    try output.copy(to: file)
  }

  /// Makes mode and owner those of the file to replace, and the bytes safe if asked to.
  private func settle(_ file: Int32, synchronizes: Bool) throws(FileError) {
    if let old {
      var new = stat()
      guard unsafe fstat(file, &new) == 0 else { throw output.failure("examine") }
      if new.st_uid != old.st_uid || new.st_gid != old.st_gid,
        fchown(file, old.st_uid, old.st_gid) != 0
      {
        throw output.failure("keep the owner")
      }
      // An access list sets the mode of the group.
      let lost = ExtendedAttributes.copy(from: target, to: file)
      if !lost.isEmpty { AtomicFile.listener.withLock { $0 }?(path, lost) }
      guard fchmod(file, old.st_mode & 0o7777) == 0 else { throw output.failure("keep the mode") }
    } else if mode != 0o644 {
      guard fchmod(file, mode_t(mode)) == 0 else { throw output.failure("set the mode") }
    }
    if synchronizes, fsync(file) != 0 { throw output.failure("write") }
  }

  /// Gives the unnamed file its name; `false` if it cannot have one.
  private func place() throws(FileError) -> Bool {
    if old == nil { return link(as: target) }
    let temporary = TemporaryFile.name(for: target)
    return try TemporaryFile.naming { () throws(FileError) in
      guard link(as: temporary) else { return false }
      if unsafe rename(temporary, target) == 0 { return true }
      _ = unsafe unlink(temporary)
      return false
    }
  }

  private func link(as name: String) -> Bool {
    let file = "/proc/self/fd/\(output.descriptor)"
    return unsafe linkat(AT_FDCWD, file, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The path of what a symbolic link leads to, whether it is there or not; that of anything else as it
  /// is.
  private static func resolved(_ path: String) -> String {
    var path = path
    // As many links as Linux follows.
    for _ in 0..<40 {
      var status = stat()
      guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else {
        return path
      }
      var text = [UInt8](repeating: 0, count: Int(PATH_MAX))
      // SAFETY: writes at most the size of the text.
      let size = unsafe text.withUnsafeMutableBytes { buffer -> Int in
        guard let base = buffer.baseAddress else { return -1 }
        return unsafe readlink(path, base.assumingMemoryBound(to: CChar.self), buffer.count)
      }
      guard size > 0 else { return path }
      let next = String(decoding: text[..<size], as: UTF8.self)
      path = next.hasPrefix("/") ? next : directory(of: path) + "/" + next
    }
    return path
  }
}
