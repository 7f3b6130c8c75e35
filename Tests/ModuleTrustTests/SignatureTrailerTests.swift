import ByteStorage
import ModuleTrust
import TestSupport
import Testing

@Suite("Signature trailer")
struct SignatureTrailerTests {
  private static let marker = Array("~Module signature appended~\n".utf8)

  private func read(_ bytes: [UInt8]) -> SignatureTrailer? {
    SignatureTrailer(ByteSource(bytes.rawSpan))
  }

  private func trailer(
    _ content: [UInt8], idType: UInt8 = 2, length: UInt32 = 5, algorithm: UInt8 = 0, pad: UInt8 = 0
  ) -> [UInt8] {
    var bytes = ByteBuilder(.big)
    bytes.put(content)
    bytes.put([algorithm, 0, idType, 0, 0, pad, 0, 0])
    bytes.put(length)
    bytes.put(Self.marker)
    return bytes.bytes
  }

  @Test("the structure before the marker is read, its length big-endian")
  func fields() throws {
    let bytes = trailer([1, 2, 3, 4, 5, 6], length: 0x0102_0304)
    let found = try #require(read(bytes))
    #expect(found.idType == 2 && found.hasZeroParameters)
    #expect(found.signatureLength == 0x0102_0304)
    #expect(found.lengthBeforeMarker == 18)
  }

  @Test("parameters other than zero are noticed, the type is not one of them")
  func parameters() throws {
    for bytes in [trailer([0], algorithm: 1), trailer([0], pad: 1)] {
      #expect(try #require(read(bytes)).hasZeroParameters == false)
    }
    let other = trailer([0], idType: 1)
    let found = try #require(read(other))
    #expect(found.idType == 1 && found.hasZeroParameters)
  }

  @Test("a file without a marker at its very end is unsigned; one without room has zeros")
  func edges() throws {
    for bytes in [[], Self.marker, trailer([1]) + [0], Array(trailer([1]).dropLast())] {
      #expect(read(bytes) == nil)
    }
    let short = [7] + Self.marker
    let found = try #require(read(short))
    #expect(found.lengthBeforeMarker == 1 && found.signatureLength == 0)
  }

  // mod_check_sig of kernel/module_signature.c, 6.12.
  @Test("a signature leaves a byte for its module")
  func content() throws {
    for (length, content) in [(0, 6), (5, 1), (6, nil), (7, nil), (.max, nil)] as [(UInt32, Int?)] {
      let bytes = trailer([1, 2, 3, 4, 5, 6], length: length)
      #expect(try #require(read(bytes)).contentLength == content)
    }
  }
}
