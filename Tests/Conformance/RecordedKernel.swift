import ByteStorage
import ModuleVersions
import TestSupport

/// A kernel put together from the facts that were kept of a real one.
enum RecordedKernel {
  /// A `vmlinux` with the banner, the vermagic and those exports that the recorded modules could mean.
  static func build(_ name: String) throws -> [UInt8] {
    let bytes = try Fixture.bytes("oracle/\(name)/Module.symvers")
    let table = try Symvers.parse(bytes.rawSpan)
    var kernel = KernelBuilder()
    kernel.banner = try fact("banner", of: name)
    kernel.vermagic = try fact("vermagic", of: name)
    kernel.exports = table.rows.map { row in
      SampleExport(
        table.text(row.name), row.crc, namespace: table.text(row.namespace),
        isGPLOnly: row.licence.isGPLOnly)
    }
    kernel.hasFlagTable = name == "debian-7"
    kernel.crcForm = kernel.vermagic.contains("modversions") ? .literal : .none
    return kernel.build()
  }

  /// A line of `facts.tsv`.
  static func fact(_ key: String, of name: String) throws -> String {
    let bytes = try Fixture.bytes("oracle/\(name)/facts.tsv")
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: "\t", maxSplits: 1)
      if parts.first.map(String.init) == key { return String(parts[1]) }
    }
    return ""
  }
}
