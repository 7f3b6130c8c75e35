import ByteStorage
import ELFFormat
import ModuleVersions
import TestSupport
import Testing

@Suite("Exports of a kernel")
struct KernelExportsTests {
  private static let exports = [
    SampleExport("_printk", 0x9aec_1234), SampleExport("gpl_thing", 0xffff_ffff, isGPLOnly: true),
    SampleExport("module_layout", 0x0bad_cafe),
    SampleExport("spaced", 7, namespace: "USB_STORAGE", isGPLOnly: true),
    SampleExport("unversioned", 0),
  ]

  private func rows(_ kernel: KernelBuilder) throws -> [String]? {
    let bytes = kernel.build()
    let found = try KernelExports(ELFFile(ByteSource(bytes.rawSpan))).read()
    guard let table = found else { return nil }
    #expect(table.owners == ["vmlinux"])
    return table.rows.map { row in
      "\(table.text(row.name)) \(row.hasCRC ? String(row.crc, radix: 16) : "-") "
        + "\(row.licence.isGPLOnly) \(table.text(row.namespace))"
    }.sorted()
  }

  private func expected(_ kernel: KernelBuilder) -> [String] {
    kernel.exports.map { export in
      "\(export.name) \(kernel.crcForm == .none ? "-" : String(export.crc, radix: 16)) "
        + "\(export.isGPLOnly) \(kernel.hasNamespaces ? export.namespace : "")"
    }.sorted()
  }

  @Test(
    "exports are read from entries of 8, 12, 16 and 24 bytes, in both byte orders",
    arguments: [true, false], [true, false])
  func entrySizes(_ is64Bit: Bool, _ hasNamespaces: Bool) throws {
    for order in [ByteOrder.little, .big] {
      for isPlaceRelative in [true, false] {
        for hasFlagTable in [true, false] {
          var kernel = KernelBuilder(exports: Self.exports)
          kernel.layout = ELFLayout(is64Bit: is64Bit, order: order)
          kernel.machine =
            is64Bit ? (order == .little ? .x86_64 : .s390) : (order == .little ? .arm : .powerPC)
          kernel.hasNamespaces = hasNamespaces
          kernel.isPlaceRelative = isPlaceRelative
          kernel.hasFlagTable = hasFlagTable
          #expect(try rows(kernel) == expected(kernel))
        }
      }
    }
  }

  @Test("exports have CRCs as literals, longs or offsets, or none")
  func crcForms() throws {
    for form in [KernelBuilder.CRCForm.none, .literal, .long] {
      var kernel = KernelBuilder(exports: Self.exports)
      kernel.crcForm = form
      #expect(try rows(kernel) == expected(kernel), "\(form)")
    }
    var kernel = KernelBuilder(exports: Self.exports)
    kernel.layout = ELFLayout(is64Bit: true, order: .big)
    kernel.machine = .powerPC64
    kernel.isPlaceRelative = false
    kernel.crcForm = .relative
    #expect(try rows(kernel) == expected(kernel))
  }

  @Test("a file without an export table has none; a damaged table is an error")
  func damage() throws {
    var elf = ELFBuilder()
    elf.addSection(".text", bytes: [0])
    let plain = elf.build()
    let none = try KernelExports(ELFFile(ByteSource(plain.rawSpan))).read()
    #expect(none == nil)
    elf.addSection("__ksymtab", bytes: [UInt8](repeating: 0x55, count: 36), address: 0x1000)
    let bytes = elf.build()
    #expect(throws: ParseError.self) {
      try KernelExports(ELFFile(ByteSource(bytes.rawSpan))).read()
    }
  }

  @Test("every cut of a kernel is read or refused, without a trap")
  func cuts() throws {
    let bytes = KernelBuilder(exports: Self.exports).build()
    for count in stride(from: 0, to: bytes.count, by: 16) {
      let cut = Array(bytes.prefix(count))
      do {
        _ = try KernelExports(ELFFile(ByteSource(cut.rawSpan))).read()
      } catch { #expect(error.offset >= 0) }
    }
  }
}
