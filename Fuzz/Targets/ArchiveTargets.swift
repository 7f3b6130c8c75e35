import ArchiveFormats
import ByteStorage

extension FuzzTargets {
  /// Archives of every kind: what is read lies within the limit, below the root.
  static func archive(_ bytes: RawSpan) {
    let limit = 1 << 20
    let stream = PackedStream(copying: bytes.array, path: "fuzz", limit: limit)
    guard let members = found(try Archive.read(stream)), let members else { return }
    for (path, node) in members.nodes.sorted(by: { $0.key < $1.key }) {
      let parts = path.split(separator: "/", omittingEmptySubsequences: false)
      guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
        fatalError("a path that is not one below the root")
      }
      guard case .file(let offset, let size) = node.kind else { continue }
      guard offset >= 0, size >= 0, size <= limit else { fatalError("more than the limit") }
      use(path)
      use(offset &+ size)
    }
  }

  /// The codecs of streams, by magic numbers.
  static func packed(_ bytes: RawSpan) {
    guard let format = CompressionFormat(magic: bytes) else { return }
    let limit = 1 << 20
    let stream = PackedStream(copying: bytes.array, path: "fuzz", limit: limit)
    guard (try? stream.beginUnpacking(format, members: true)) != nil else { return }
    var total = 0
    while let count = try? stream.next(most: 1 << 16).byteCount, count > 0 { total += count }
    guard total <= limit else { fatalError("more than the limit") }
    use(total)
  }
}
