internal import ByteStorage

extension Blacklist {
  /// A kernel has no more than this of its own.
  private static let mostHashes = 100_000
  /// Digits of the longest hash.
  private static let mostDigits = 128

  /// Finds the hashes that are built into a kernel (`SYSTEM_BLACKLIST_HASH_LIST`): strings such as
  /// `tbs:23aa…`, of an even number of digits in lower case.
  ///
  /// - Parameter image: The unpacked image, or its read-only data.
  /// - Note: certs/blacklist_hashes.c; certs/blacklist.c blacklist_vet_description, 6.1.
  package init(searching image: RawSpan) {
    self.init()
    for (mark, isOfFile) in [("\0tbs:", false), ("\0bin:", true)] as [(StaticString, Bool)] {
      var offset = 0
      while bodies.count + files.count < Blacklist.mostHashes,
        let start = image.firstRange(of: mark, from: offset)
      {
        offset = start &+ mark.utf8CodeUnitCount
        guard let hash = Blacklist.hash(image, offset) else { continue }
        if isOfFile { files.insert(hash) } else { bodies.insert(hash) }
      }
    }
  }

  private static func hash(_ image: RawSpan, _ start: Int) -> [UInt8]? {
    var hash: [UInt8] = []
    var offset = start
    while let high = image.byte(at: offset), high != 0 {
      guard hash.count < mostDigits / 2, let low = image.byte(at: offset &+ 1),
        let first = digit(high), let second = digit(low)
      else { return nil }
      hash.append(first << 4 | second)
      offset &+= 2
    }
    return hash.isEmpty || offset >= image.byteCount ? nil : hash
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte &- UInt8(ascii: "a") &+ 10
    default: nil
    }
  }
}
