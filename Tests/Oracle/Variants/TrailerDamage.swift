/// Bytes after the module: signature trailers that are not one, and plain junk.
extension Damage {
  /// A trailer of `signature` bytes and a struct with these fields, appended to the unsigned module.
  private static func trailer(
    _ name: String, flags: Int = 0, type: UInt8 = 2, algorithm: UInt8 = 0, signature: [UInt8] = [],
    length: Int? = nil
  ) -> Damage {
    Damage("sig-\(name)", flags: flags) { module in
      let count = UInt32(truncatingIfNeeded: length ?? signature.count)
      let bigEndian = (0..<4).map { UInt8(truncatingIfNeeded: count >> UInt32(24 - 8 * $0)) }
      module.bytes.raw +=
        signature + [algorithm, 0, type, 0, 0, 0, 0, 0] + bigEndian + Module.signatureMarker
      return true
    }
  }

  static var trailers: [Damage] {
    let garbage = [UInt8](repeating: 0x5a, count: 64)
    return [
      trailer("empty"),
      trailer("garbage", signature: garbage),
      trailer("garbage-ignored", flags: 2, signature: garbage),
      trailer("x509type", type: 1, signature: garbage),
      trailer("params", algorithm: 1, signature: garbage),
      trailer("lengthhuge", signature: garbage, length: 0x7fff_ffff),
      trailer("lengthintoelf", signature: garbage, length: 1024),
      trailer("x509lengthhuge", type: 1, signature: garbage, length: 0x7fff_ffff),
      Damage("sig-markeronly") { module in
        module.bytes.raw = Module.signatureMarker
        return true
      },
      Damage("sig-nostruct") { module in
        module.bytes.raw = [UInt8](repeating: 0, count: 12) + Module.signatureMarker
        return true
      },
      Damage("sig-markerappended") { module in
        module.bytes.raw += Module.signatureMarker
        return true
      },
      Damage("sig-twice") { module in
        module.bytes.raw += Module.signatureMarker + Module.signatureMarker
        return true
      },
      Damage("trailing-1") { module in
        module.bytes.raw.append(0)
        return true
      },
      Damage("trailing-4096") { module in
        module.bytes.raw += [UInt8](repeating: 0xaa, count: 4096)
        return true
      },
    ]
  }
}
