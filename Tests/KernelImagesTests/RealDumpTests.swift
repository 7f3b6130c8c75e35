import ByteStorage
import ELFFormat
import KernelImages
import TestSupport
import Testing

/// Dumps of a real kernel: `vmcore/` of a folder of `$KSYM_CORPUS`, with what the same boot said of
/// itself (`kallsyms.modules` is its /proc/kallsyms).
@Suite("Real memory dumps")
struct RealDumpTests {
  private static let folders = RealCorpus.folders(with: "vmcore/kallsyms.modules")

  @Test(
    "dumps are read by the addresses that the kernel itself gave",
    .needsCorpus(with: "vmcore/kallsyms.modules"), arguments: folders)
  func reads(_ folder: String) throws {
    let kallsyms = try addresses(["_stext", "linux_banner", "init_uts_ns"], folder)
    let stext = try #require(kallsyms["_stext"])
    var images: [[UInt8]] = []
    for name in ["vmcore.elf.zst", "vmcore.kdump-zlib"] {
      var file = FileBuffer()
      var scratch = FileBuffer()
      try file.open("\(folder)/vmcore/\(name)")
      let container = try KernelContainer(identifying: file.source)
      if container.kind == .kdumpFlattened {
        try MemoryDump.reassemble(file.source, into: &scratch, path: name)
        images.append(try check(scratch.source, kallsyms, folder))
      } else {
        images.append(try check(file.source, kallsyms, folder))
      }
    }
    #expect(images.first == images.last)
    #expect(stext != 0)
  }

  /// Checks one dump; returns the first bytes of the kernel.
  private func check(
    _ source: ByteSource, _ kallsyms: [String: UInt64], _ folder: String
  ) throws -> [UInt8] {
    var dump = try MemoryDump(source)
    let release = try text(of: "\(folder)/kernel.release")
    let information = dump.information
    #expect(information?.release == release)
    #expect(information?.symbol("_stext") == kallsyms["_stext"])
    let linked = try address(of: "_stext", in: "\(folder)/System.map")
    #expect(information?.kernelOffset == (kallsyms["_stext"] ?? 0) &- linked)
    let place = try #require(kallsyms["linux_banner"])
    let bytes = try dump.read(2048, atVirtual: place)
    let banner = KernelBanner(parsing: bytes.rawSpan)
    #expect(banner?.release == release)
    // struct uts_namespace begins with struct new_utsname: six fields of 65 bytes.
    let names = try dump.read(390, atVirtual: kallsyms["init_uts_ns"] ?? 0)
    let name = names.rawSpan.cStringOrEmpty(at: 130).text
    #expect(name == release)
    var vmlinux = FileBuffer()
    try vmlinux.open("\(folder)/vmlinux")
    let identity = BuildID(in: try ELFFile(vmlinux.source))
    #expect(information?.buildID == identity)
    let kernel = try dump.readKernel(limit: 4 << 20)
    #expect(kernel?.bytes.count == 4 << 20)
    return kernel?.bytes ?? []
  }

  private func text(of path: String) throws -> String {
    let words = String(decoding: try contents(of: path), as: UTF8.self)
    return words.split(separator: "\n").first.map(String.init) ?? ""
  }

  private func addresses(_ names: Set<String>, _ folder: String) throws -> [String: UInt64] {
    let text = String(
      decoding: try contents(of: "\(folder)/vmcore/kallsyms.modules"), as: UTF8.self)
    var found: [String: UInt64] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ")
      guard parts.count == 3, names.contains(String(parts[2])) else { continue }
      found[String(parts[2])] = UInt64(parts[0], radix: 16)
    }
    return found
  }

  private func address(of name: String, in map: String) throws -> UInt64 {
    let text = String(decoding: try contents(of: map), as: UTF8.self)
    for line in text.split(separator: "\n") where line.hasSuffix(" \(name)") {
      if let address = line.split(separator: " ").first.flatMap({ UInt64($0, radix: 16) }) {
        return address
      }
    }
    return 0
  }
}
