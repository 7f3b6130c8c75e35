import ELFFormat
import TestSupport
import Testing

@Suite("Regions of an image")
struct MappedRegionTests {
  private let regions = [
    MappedRegion(offset: 16, address: 0x1000, size: 8),
    MappedRegion(offset: 24, address: 0x3000, size: 4),
    MappedRegion(offset: 64, address: 0x1008, size: 8),
  ]

  @Test(
    "a region has its first byte and its last, and none before or after them",
    arguments: [
      (0, nil), (15, nil), (16, 0x1000), (23, 0x1007), (24, 0x3000), (27, 0x3003), (28, nil),
      (63, nil), (64, 0x1008), (71, 0x100f), (72, nil), (-1, nil), (.max, nil),
    ] as [(Int, UInt64?)])
  func places(_ offset: Int, _ address: UInt64?) {
    #expect(regions.address(ofOffset: offset) == address)
    if let address { #expect(regions.offset(ofAddress: address) == offset) }
  }

  @Test(
    "no region has addresses before and after its bytes",
    arguments: [0, 0xfff, 0x1010, 0x2fff, 0x3004, .max] as [UInt64])
  func holes(_ address: UInt64) { #expect(regions.offset(ofAddress: address) == nil) }
}
