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

  @Test("what is no key or no certificate is refused with OpenSSL's reason")
  func unreadable() throws {
    for key in [[], [1, 2, 3], Array("-----BEGIN PRIVATE KEY-----\n".utf8)] as [[UInt8]] {
      let error = #expect(throws: ConversionError.self) {
        _ = try ModuleSigner(key: key, certificate: key, hash: nil, passphrase: nil)
      }
      #expect(error?.code == .unreadableKey)
      #expect(error?.reason.map { !$0.isEmpty && $0 != "no reason given" } ?? false)
    }
  }

  @Test("a certificate is read from DER or PEM, and has to be that of the key")
  func certificates() throws {
    // On P-256; its number is 1.
    let key = Array(
      """
      -----BEGIN PRIVATE KEY-----
      MEECAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcEJzAlAgEBBCAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
      AAAAAAAAAAAAAQ==
      -----END PRIVATE KEY-----

      """.utf8)
    let others = try ["p256.der", "rsa.der", "rsa.pem"].map { try Fixture.bytes("trust/\($0)") }
    for (certificate, code) in [
      ([], .unreadableCertificate), ([0x30], .unreadableCertificate),
      ([0x30, 0x82], .unreadableCertificate), (others[0].dropLast(), .unreadableCertificate),
      (others[0], .otherCertificate), (others[1], .otherCertificate),
      (others[2], .otherCertificate),
    ] as [([UInt8], ConversionError.Code)] {
      let error = #expect(throws: ConversionError.self) {
        _ = try ModuleSigner(key: key, certificate: certificate, hash: nil, passphrase: nil)
      }
      #expect(error?.code == code, "\(certificate.prefix(4))")
    }
  }

  @Test("a trailer that claims more than the file is refused")
  func badTrailer() {
    let file =
      Self.plain + [0, 0, 2, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff]
      + Array("~Module signature appended~\n".utf8)
    #expect(throws: ConversionError.self) { try converted(file, to: .both) }
  }

  /// A file of some bytes, a trailer that gives a length and a type, and the marker.
  private static func trailed(_ count: Int, length: UInt8, type: UInt8 = 2) -> [UInt8] {
    [UInt8](repeating: 1, count: count) + [0, 0, type, 0, 0, 0, 0, 0, 0, 0, 0, length]
      + Array("~Module signature appended~\n".utf8)
  }

  @Test(
    "a signature leaves at least one byte for its module",
    arguments: [(9, 1), (10, nil), (11, nil), (0, 10)] as [(UInt8, Int?)])
  func lengths(_ length: UInt8, _ module: Int?) throws {
    let file = Self.trailed(10, length: length)
    guard let module else {
      #expect(throws: ConversionError(.badSignature)) { _ = try SignedBytes(file.rawSpan).isSigned }
      return
    }
    let parts = try SignedBytes(file.rawSpan)
    let (moduleSize, signatureSize) = (parts.module.byteCount, parts.signature.byteCount)
    #expect(moduleSize == module && signatureSize == file.count - module)
  }

  @Test("a signature of another kind, or with nothing before it, is refused")
  func otherSignatures() {
    for file in [
      Self.trailed(4, length: 4, type: 1), Self.trailed(10, length: 4, type: 3),
      Self.trailed(0, length: 0), Array(Self.trailed(0, length: 0).dropFirst()),
    ] {
      #expect(throws: ConversionError(.badSignature)) { _ = try SignedBytes(file.rawSpan).isSigned }
    }
  }

  @Test("a signature of 4.2 and older is taken off with the names before it")
  func olderSignature() throws {
    // kernel/module_signing.c, 3.10: signer, key identifier, signature, trailer.
    let file =
      Self.plain + [UInt8](repeating: 7, count: 3 + 2 + 4) + [1, 4, 1, 3, 2, 0, 0, 0, 0, 0, 0, 4]
      + Array("~Module signature appended~\n".utf8)
    #expect(throws: ConversionError.signed) { try converted(file, to: .both) }
    var request = ConversionRequest(nil)
    request.signature = .dropped
    let result = try converted(file, request)
    #expect(result.bytes == Self.plain && !result.isSigned)
  }

  @Test("where a module differs from the signed one is given")
  func firstDifference() throws {
    let original = try SignedOriginal(Self.signed(Self.plain).rawSpan)
    var request = ConversionRequest(.basic)
    request.signature = .restored(from: original)
    var changed = Self.plain
    // The padding of the ELF header.
    changed[9] ^= 1
    #expect(throws: ConversionError(.differsFromOriginal, number: 9)) {
      try converted(changed, request)
    }
    #expect(throws: ConversionError(.differsFromOriginal, number: Self.plain.count)) {
      try converted(Self.plain + [0], request)
    }
  }
}
