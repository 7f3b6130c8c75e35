import ArchiveFormats
import ByteStorage
import TestSupport
import Testing

@Suite("Damaged archives")
struct HostileArchiveTests {
  private let files = [
    Member.directory("lib"), Member("lib/a.ko", Array(repeating: 3, count: 700)),
    .link("b", to: "lib/a.ko"),
  ]

  private func archives() throws -> [[UInt8]] {
    let (tar, cpio) = (ArchiveBuilder.tar(files), ArchiveBuilder.cpio(files, hasSums: true))
    return try [
      ArchiveBuilder.debian(tar), ArchiveBuilder.debian(packed(tar, .gzip)),
      ArchiveBuilder.rpm(cpio), ArchiveBuilder.rpm(packed(cpio, .zstd)), cpio,
      cpio + packed(cpio, .xz), packed(cpio, .gzip),
    ]
  }

  @Test("a cut archive is an error that says where, or lacks only zeros")
  func cut() throws {
    for bytes in try archives() {
      let whole = try members(of: bytes)
      for length in stride(from: 8, to: bytes.count, by: 13) {
        let stream = PackedStream(
          copying: Array(bytes.prefix(length)), path: "test", limit: 1 << 20)
        guard let found = try? Archive.read(stream) else { continue }
        #expect(found.nodes.count <= whole.count)
      }
    }
    let cpio = ArchiveBuilder.cpio(files)
    #expect(
      failure(of: Array(cpio.prefix(50)))
        == "test: cpio header at 0x32: needs 110 bytes, 50 are there")
  }

  @Test("changed bytes never stop the reader in another way than with an error")
  func changed() throws {
    for bytes in try archives() {
      for offset in stride(from: 0, to: min(bytes.count, 2000), by: 7) {
        for mask in [0x01, 0x80, 0xff] as [UInt8] {
          var damaged = bytes
          damaged[offset] ^= mask
          _ = failure(of: damaged)
        }
      }
    }
  }

  @Test("a sum that does not fit is found")
  func sums() {
    var cpio = ArchiveBuilder.cpio([Member("a", [1, 2, 3])], hasSums: true)
    cpio[112] ^= 4
    #expect(failure(of: cpio)?.contains("cpio checksum at 0x0") ?? false)
  }

  @Test("what a small file unpacks to is bounded")
  func bomb() throws {
    let content = [UInt8](repeating: 0, count: 6 << 20)
    let bytes = try packed(ArchiveBuilder.cpio([Member("zeros", content)]), .zstd)
    #expect(failure(of: bytes) == "test: larger than the limit of 4194304 bytes")
  }

  @Test("sizes that promise more than there is are errors")
  func promises() {
    var cpio = ArchiveBuilder.cpio([Member("a", [1])])
    cpio.replaceSubrange(54..<62, with: "7fffffff".utf8)
    #expect(failure(of: cpio)?.contains("cpio content at 0x") ?? false)
    var rpm = ArchiveBuilder.rpm([])
    for offset in 104..<112 { rpm[offset] = 0x7f }
    #expect(failure(of: rpm)?.contains("RPM header at 0x") ?? false)
  }
}
