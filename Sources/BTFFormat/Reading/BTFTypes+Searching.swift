package import ByteStorage

extension BTFTypes {
  /// Headers to look at before giving up: a hostile image may hold millions of magic numbers.
  private static let mostCandidates = 256

  /// Finds the section by its header in a raw image, which has no section headers; `nil` unless
  /// its types and strings are inside the image.
  @_lifetime(copy image) package init?(searching image: RawSpan, _ order: ByteOrder) {
    guard let start = BTFTypes.start(in: image, order), let section = image.suffix(from: start),
      let types = try? BTFTypes(parsing: section)
    else { return nil }
    self = types
  }

  /// Offset of the section in a raw image, in bytes.
  static func start(in image: RawSpan, _ order: ByteOrder) -> Int? {
    // Magic, version 1, no flags.
    let beginning: [UInt8] =
      order == .little ? [0x9f, 0xeb, 0x01, 0x00] : [0xeb, 0x9f, 0x01, 0x00]
    var position = 0
    for _ in 0..<BTFTypes.mostCandidates {
      guard let start = image.firstRange(of: beginning.rawSpan, from: position) else { return nil }
      position = start &+ 4
      guard let section = image.suffix(from: start),
        let size = section.integer(UInt32.self, at: 4, order), size <= 64,
        let types = try? BTFTypes(parsing: section), types.isPlausible
      else { continue }
      return start
    }
    return nil
  }

  /// Whether there are types, and strings that begin with the empty one, as they must.
  private var isPlausible: Bool { types.byteCount > 0 && strings.byte(at: 0) == 0 }
}
