import ByteStorage
import TestSupport

/// Puts containers around a payload, as the kernel's build does.
enum ImageBuilder {
  /// x86 bzImage of boot protocol 2.15 with its appended payload size.
  static func bzImage(
    _ payload: [UInt8], size: Int, appendsSize: Bool = true, version: UInt16 = 0x020f
  ) -> [UInt8] {
    var out = ByteBuilder(.little)
    out.set(UInt8(2), at: 0x1f1)
    out.set(UInt16(0xaa55), at: 0x1fe)
    out.set(Array("HdrS".utf8), at: 0x202)
    out.set(version, at: 0x206)
    out.set(UInt16(0x100), at: 0x20e)
    out.set(UInt16(1), at: 0x236)
    out.set(UInt32(0x20), at: 0x248)
    out.set(UInt32(payload.count + (appendsSize ? 4 : 0)), at: 0x24c)
    out.set(Array("6.1.0-ksym (builder@host) #1 SMP\0".utf8), at: 0x300)
    out.pad(to: 3 * 512 + 0x20)
    out.put(payload)
    if appendsSize { out.put(UInt32(size)) }
    out.put([UInt8](repeating: 0xee, count: 40))
    return out.bytes
  }

  static func efiZboot(_ payload: [UInt8], name: String) -> [UInt8] {
    var out = ByteBuilder(.little)
    out.put(text: "MZ\0\0zimg")
    out.put(UInt32(0x400))
    out.put(UInt32(payload.count))
    out.set(Array("\(name)\0".utf8), at: 0x18)
    out.set(UInt32(0x8182_23cd), at: 0x38)
    out.set(UInt32(0x40), at: 0x3c)
    out.set(Array("PE\0\0".utf8), at: 0x40)
    out.set(UInt16(0xaa64), at: 0x44)
    out.pad(to: 0x400)
    out.put(payload)
    out.put([1, 2, 3, 4])
    return out.bytes
  }

  /// A PE file whose second section is `.linux`.
  static func unifiedImage(_ payload: [UInt8]) -> [UInt8] {
    var out = ByteBuilder(.little)
    out.put(text: "MZ")
    out.set(UInt32(0x80), at: 0x3c)
    out.set(Array("PE\0\0".utf8), at: 0x80)
    out.set(UInt16(0x8664), at: 0x84)
    out.set(UInt16(2), at: 0x86)
    out.set(UInt16(0x70), at: 0x94)
    for (index, name) in [".osrel", ".linux"].enumerated() {
      let header = 0x80 + 24 + 0x70 + 40 * index
      out.set(Array(name.utf8), at: header)
      out.set(UInt32(payload.count), at: header + 8)
      out.set(UInt32(payload.count + 100), at: header + 16)
      out.set(UInt32(0x400), at: header + 20)
    }
    out.pad(to: 0x400)
    out.put(payload)
    out.pad(to: out.count + 100)
    return out.bytes
  }

  static func uImage(_ payload: [UInt8], type: UInt8 = 2, compression: UInt8) -> [UInt8] {
    var data = ByteBuilder(.big)
    if type == 4 {
      data.put(UInt32(payload.count))
      data.put(UInt32(3))
      data.put(UInt32(0))
    }
    data.put(payload)
    if type == 4 { data.put([9, 9, 9]) }
    var out = ByteBuilder(.big)
    out.put(UInt32(0x2705_1956))
    out.set(UInt32(data.count), at: 12)
    out.set([5, 2, type, compression], at: 28)
    out.set(Array("Linux-6.1.0".utf8), at: 32)
    out.pad(to: 64)
    out.put(data.bytes)
    return out.bytes
  }

  /// arm zImage whose decompressor holds magic numbers of other formats.
  static func armZImage(_ payload: [UInt8], size: Int, order: ByteOrder = .little) -> [UInt8] {
    var out = ByteBuilder(order)
    out.set(UInt32(0x016f_2818), at: 0x24)
    out.set(UInt32(0x4545_4545), at: 0x34)
    out.set(UInt32(0x40), at: 0x38)
    out.set(UInt32(6), at: 0x40)
    out.set(UInt32(0x5a53_4c4b), at: 0x44)
    out.pad(to: 0x100)
    out.put(decoys)
    out.put(payload)
    let place = out.count
    out.put((0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) })
    out.set(UInt32(place), at: 0x48)
    out.put([UInt8](repeating: 0, count: 32))
    return out.bytes
  }

  static func s390Image(_ payload: [UInt8]) -> [UInt8] {
    var out = ByteBuilder(.big)
    out.put(UInt32(0x0008_0000))
    out.set(Array("S390EP".utf8), at: 0x10008)
    out.put(text: "Linux version %s\n\0")
    out.put(decoys)
    out.put(payload)
    out.pad(to: out.count + 64)
    return out.bytes
  }

  static func androidBoot(_ payload: [UInt8], version: UInt32) -> [UInt8] {
    var out = ByteBuilder(.little)
    out.put(text: "ANDROID!")
    out.set(UInt32(payload.count), at: 8)
    out.set(UInt32(version < 3 ? 2048 : 0), at: 36)
    out.set(version, at: 40)
    out.pad(to: version < 3 ? 2048 : 4096)
    out.put(payload)
    out.put(text: "ramdisk")
    return out.bytes
  }

  /// Magic numbers without streams after them.
  private static let decoys: [UInt8] =
    [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0xff, 0xff, 0x28, 0xb5, 0x2f, 0xfd, 0xff, 0xff]
    + [0x1f, 0x8b, 0x08, 0xff, 0x02, 0x21, 0x4c, 0x18, 0xff, 0xff, 0xff, 0x7f]
    + [0x5d, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
}
