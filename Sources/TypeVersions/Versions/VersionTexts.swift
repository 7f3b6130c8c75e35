internal import ByteStorage

/// The texts of versions: a symbol's, with each type written out at its first mention
/// (`calculate_version` of scripts/gendwarfksyms/types.c, 6.14).
struct VersionTexts {
  /// The symbol that last expanded each key.
  private var seen: [UInt32] = []
  private var round: UInt32 = 0
  private var stack: [(next: Int, end: Int)] = []
  private(set) var output = OutputBuffer(reserving: 1 << 16)

  /// Makes the text of a version in ``output``; its CRC-32 is the version.
  ///
  /// - Parameters:
  ///   - text: The text of the symbol.
  ///   - texts: Those of types.
  ///   - define: Makes the text of a key that has none, if it can.
  /// - Throws: ``TypeVersionsError`` `.unknownReference`, and what `define` throws.
  mutating func expand(
    _ text: TypeTexts.Text, _ texts: inout TypeTexts,
    define: (Int, inout TypeTexts) throws(TypeVersionsError) -> TypeTexts.Text?
  ) throws(TypeVersionsError) {
    output.removeAll()
    round &+= 1
    stack.append((text.segments.lowerBound, text.segments.upperBound))
    while let (next, end) = stack.popLast() {
      guard next < end else { continue }
      stack.append((next &+ 1, end))
      let segment = texts.segments[next]
      output.append(texts.bytes(segment))
      guard segment.key > 0 else { continue }
      let key = Int(segment.key) &- 1
      while seen.count <= key { seen.append(0) }
      guard seen[key] != round else {
        output.append(texts.keys.name(key))
        continue
      }
      var inner = texts.text(ofKey: key)
      if inner == nil { inner = try define(key, &texts) }
      guard let inner else { throw .unknownReference(texts.keys.name(key).array) }
      seen[key] = round
      stack.append((inner.segments.lowerBound, inner.segments.upperBound))
    }
  }
}
