import ByteStorage
import ELFFormat
import Kallsyms
import KernelImages
import KernelReleases
import SymbolTables
import TestSupport
import Testing

@Suite("Tables of real kernels")
struct RealTableTests {
  /// SHA-256 of the list ("%016x T name\n", table order) by banner version, as an independent
  /// decoder gave it.
  private static let digests = [
    "amd64 5.10.223-1": "7c6915c3dc38000b3d55deca711f0ef4f2eb54c5a2165b0d3933b52377d2692c",
    "amd64 6.1.176-1": "b1a312e7ca674d6439d8893aac2e1539292759197ebaf86ae8c4c9ed7ab8112a",
    "amd64 6.12.107-1": "6414c950f2b213f7e2cf4e5e4933c635e29b56752f04f0f027b128c9df5e82de",
    "amd64 7.2.13-1": "7b267138da27fdba84a2b60c508924ad5f54574de7671f30474cbe1c708f2546",
    "arm64 6.12.107-1": "497428904da3aa15bcc0e3deae81c57563f5b9909eae2d53be376aa254f89e22",
    "armhf 6.12.107-1": "18f65478c72a1939956275901b3c511464cf97f02b632f7c2adc9e3efe407818",
    "s390x 6.12.107-1": "03a5ef908df7f77486cf29530e88ca39b8012555f76af9051c75a68ec99b7cc9",
  ]

  @Test(
    "tables decode to the known list, and encode again to the very bytes in the image",
    .needsKernels(), arguments: RealKernel.all)
  func decodes(_ kernel: RealKernel) throws {
    let path = try #require(kernel.image)
    var file = FileBuffer()
    var scratch = FileBuffer()
    try file.open(path)
    let unpacked = try KernelUnpacker.unpack(&file, scratch: &scratch, path: path)
    let source = try unpacked.source(file: file, scratch: scratch)
    let bytes = try source.all()
    let image =
      unpacked.isELF ? try KallsymsImage(ELFFile(source)) : KallsymsImage(raw: bytes)
    let tables = try KallsymsTables(locating: image)
    let table = try SymbolTable(tables, in: image)

    #expect(!table.isRelative)
    #expect(table.isSorted)
    #expect(tables.order == (kernel.architecture == "s390x" ? .big : .little))
    #expect(tables.wordSize == (["armhf", "i386"].contains(kernel.architecture) ? 4 : 8))
    let banner = KernelBanner(searching: bytes)
    // The label without the release: an architecture may have several flavours.
    let flavour = kernel.label.split(separator: "-").dropLast().joined(separator: "-")
    let version = banner.flatMap { KernelBuild($0.build).debianVersion }
    let key = "\(flavour) \(version ?? "")"
    let list = text(of: table)
    if let expected = RealTableTests.digests[key] {
      #expect(SHA256Digest(of: list.rawSpan).hexadecimal == expected)
    } else {
      report("\(kernel): no known list of version \(key)")
    }

    #if DEBUG
      // Without optimisation the large ones take minutes.
      guard table.count < 60_000 else { return }
    #endif
    // Per-CPU symbols of 6.14 and before lost their letter; any other than A will do.
    let map = tables.encoding == .absolutePerCPU ? withoutAbsolute(list) : list
    let options = KallsymsEncoder.Options(
      form: .v6_12, includesAllSymbols: true,
      makesPerCPUAbsolute: tables.encoding == .absolutePerCPU)
    let encoded = EncodedTables(map.rawSpan, options)
    let again = try #require(encoded)
    let names = bytes.slice(tables.names)?.array
    #expect(again.names() == names)
    let tokens = bytes.slice(tables.tokenTable)?.array
    #expect(again.tokens.flatMap { $0 + [0] } == tokens)
    if let sequences = tables.sequences, tables.sequenceSize == 3 {
      let numbers = bytes.slice(sequences)?.array
      let expected = again.sequence.flatMap { number in
        [UInt8(number >> 16), UInt8(number >> 8 & 0xff), UInt8(number & 0xff)]
      }
      #expect(expected == numbers)
    }
  }

  private func text(of table: SymbolTable) -> [UInt8] {
    var output = OutputBuffer(reserving: table.count * 45)
    for index in 0..<table.count {
      output.append(hexadecimal: table.addresses[index], width: 16)
      output.append(0x20)
      output.append(table.type(at: index))
      output.append(0x20)
      output.append(table.name(at: index))
      output.append(0x0a)
    }
    return output.bytes
  }

  private func withoutAbsolute(_ list: [UInt8]) -> [UInt8] {
    var changed = list
    for index in 17..<max(17, list.count) {
      if list[index] == UInt8(ascii: "A"), list[index - 1] == 0x20, list[index + 1] == 0x20 {
        changed[index] = UInt8(ascii: "D")
      }
    }
    return changed
  }
}
