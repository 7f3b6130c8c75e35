internal import ByteStorage
internal import Kernels
internal import ModuleVersions

/// The versions of exports that a Module.symvers file or a kernel records.
struct RecordedVersions {
  private(set) var crcs: [String: UInt32] = [:]

  /// Reads Module.symvers text.
  init(_ path: String, limit: Int) throws {
    var buffer = FileBuffer(limit: limit)
    try buffer.open(path)
    do throws(ParseError) {
      let table = try Symvers.parse(try buffer.source.all())
      for row in table.rows where row.hasCRC { crcs[table.text(row.name)] = row.crc }
    } catch { throw FileError(path: path, cause: .malformed(error)) }
  }

  /// The versions of what a kernel or module exports, as far as its file has them; empty if it has none.
  init(exportedBy path: String, limit: Int) {
    guard let kernel = try? OpenKernel(path, limit: limit), let table = try? kernel.exports().value
    else { return }
    for row in table.rows where row.hasCRC { crcs[table.text(row.name)] = row.crc }
  }
}
