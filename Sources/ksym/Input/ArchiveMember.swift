internal import ArchiveFormats
internal import ByteStorage

/// Files named `FILE!path`, which are in an archive.
enum ArchiveMember {
  /// Reads the archive of which a path names a member, so that the member can be opened; other paths are
  /// left alone.
  static func prepare(_ path: String, limit: Int) throws(FileError) {
    guard path.utf8.contains(UInt8(ascii: "!")), PathKind(path) == .missing else { return }
    _ = try Archives.place(of: path, limit: limit)
  }
}
