import ByteStorage
import Modpost
import TestSupport
import Testing
import VersionConversion

@Suite("Signatures of converted modules")
struct SignatureTests {
  private static let plain = RoundTripTests.module(
    RoundTripTests.layouts[0], names: ["a", "_printk"]
  ).build()

  /// A module with a trailer of a signature that nobody checks.
  private static func signed(_ module: [UInt8]) -> [UInt8] {
    module + [1, 2, 3, 4] + [0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 4]
      + Array("~Module signature appended~\n".utf8)
  }

  @Test("signed modules are refused, stripped when asked, and kept when nothing changes")
  func policies() throws {
    let file = Self.signed(Self.plain)
    #expect(throws: ConversionError.self) { try converted(file, to: .both) }
    #expect(try converted(file, to: .basic) == file)
    var request = ConversionRequest(.basic)
    request.signature = .dropped
    let result = try converted(file, request)
    #expect(result.bytes == Self.plain && !result.isSigned && result.isChanged)
  }

  @Test("an original's signature comes back where it fits, and nowhere else")
  func restored() throws {
    let file = Self.signed(Self.plain)
    var request = ConversionRequest(.both)
    request.signature = .dropped
    let both = try converted(file, request).bytes
    request.target = .basic
    request.signature = .restored(from: try SignedOriginal(file.rawSpan))
    #expect(try converted(both, request).bytes == file)
    request.target = .extended
    #expect(throws: ConversionError.self) { try converted(both, request) }
    #expect(throws: ConversionError.self) { try SignedOriginal(Self.plain.rawSpan) }
  }

  @Test("a trailer that claims more than the file is refused")
  func badTrailer() {
    let file =
      Self.plain + [0, 0, 2, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff]
      + Array("~Module signature appended~\n".utf8)
    #expect(throws: ConversionError.self) { try converted(file, to: .both) }
  }
}
