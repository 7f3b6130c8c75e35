import ArchiveFormats
import ByteStorage
import TestSupport
import Testing

typealias Member = ArchiveBuilder.Member

/// Reads an archive in memory; what it holds by path, files with their bytes as text.
func members(of bytes: [UInt8], root: String = "test!") throws -> [String: String] {
  let stream = PackedStream(copying: bytes, path: "test", limit: 1 << 22)
  let found = try #require(try Archive.read(stream))
  var texts: [String: String] = [:]
  for (path, node) in found.nodes {
    switch node.kind {
    case .file(_, let size): texts[path] = "\(size)"
    case .directory: texts[path] = "directory"
    case .link(let target): texts[path] = "-> \(target)"
    }
  }
  return texts
}

/// What is wrong with an archive.
func failure(of bytes: [UInt8]) -> String? {
  let stream = PackedStream(copying: bytes, path: "test", limit: 1 << 22)
  do {
    _ = try Archive.read(stream)
    return nil
  } catch { return "\(error)" }
}

/// Bytes packed as a format.
func packed(_ bytes: [UInt8], _ format: CompressionFormat) throws -> [UInt8] {
  var compressor = Compressor()
  let packed = compressor.compress(bytes.rawSpan, format)
  return try #require(packed)
}
