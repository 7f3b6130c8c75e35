import ByteStorage
import ELFFormat
import ModuleVersions
import TestSupport

/// A kernel put together from the facts that were kept of a real one.
enum RecordedKernel {
  /// A `vmlinux` with the banner, the vermagic and those exports that the recorded modules could mean.
  static func build(_ name: String) throws -> [UInt8] {
    let bytes = try Fixture.bytes("oracle/\(name)/Module.symvers")
    let table = try Symvers.parse(bytes.rawSpan)
    var kernel = KernelBuilder()
    (kernel.machine, kernel.layout) = form(of: name)
    kernel.isPlaceRelative = [.x86_64, .i386, .aarch64].contains(kernel.machine)
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

  /// Machine, word size and byte order of the kernel of a folder: `ARCHITECTURE-RELEASE`, or `debian-RELEASE`
  /// for amd64.
  private static func form(of name: String) -> (ELFMachine, ELFLayout) {
    let wide = ELFLayout(is64Bit: true, order: .little)
    let narrow = ELFLayout(is64Bit: false, order: .little)
    switch name.prefix(while: { $0 != "-" }) {
    case "arm64": return (.aarch64, wide)
    case "armhf": return (.arm, narrow)
    case "i386": return (.i386, narrow)
    case "ppc64el": return (.powerPC64, wide)
    case "riscv64": return (.riscV, wide)
    case "s390x": return (.s390, ELFLayout(is64Bit: true, order: .big))
    default: return (.x86_64, wide)
    }
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
