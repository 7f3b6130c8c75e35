import ByteStorage
import ModuleTrust
import TestSupport
import Testing

@Suite("Certificates")
struct CertificateTests {
  /// The certificates have keys on P-256, which 5.10 does not know.
  private static let eras = TrustEra.allCases.filter { $0 > .of5_10 }

  private static func certificate(_ name: String, _ era: TrustEra) throws -> Certificate {
    let bytes = try Fixture.bytes("trust/authorities/\(name).der")
    let context = TrustContext(era: era, digests: [.sha1, .sha256], hasECDSA: true)
    var log = TrustLog()
    return try Certificate(parsing: bytes.rawSpan, context, blacklist: Blacklist(), &log)
  }

  /// What a certificate's key is for, and whether a keyring for authorities takes it; a strict one.
  struct Usage: Sendable {
    let name: String
    let isTaken: Bool
    let isTakenStrictly: Bool
  }

  @Test(
    "keyrings for authorities take who may sign certificates; strict ones nobody who signs data",
    arguments: [
      Usage(name: "signs", isTaken: true, isTakenStrictly: true),
      Usage(name: "signs-both", isTaken: true, isTakenStrictly: false),
      // Nine bits of usage, in two bytes.
      Usage(name: "nine-bits", isTaken: true, isTakenStrictly: true),
      Usage(name: "data", isTaken: false, isTakenStrictly: false),
      Usage(name: "nobody", isTaken: false, isTakenStrictly: false),
    ])
  func authorities(_ usage: Usage) throws {
    for era in Self.eras {
      let certificate = try Self.certificate(usage.name, era)
      // Before 6.7 extensions of this kind were not looked at.
      let isRead = era >= .of6_12
      #expect(certificate.isForAuthorities(strict: false) == (isRead && usage.isTaken), "\(era)")
      #expect(certificate.isForAuthorities(strict: true) == (isRead && usage.isTakenStrictly))
    }
  }

  @Test("an authority may have several names, of which one is that of its certificate")
  func names() throws {
    for era in Self.eras {
      #expect(try Self.certificate("names", era).subjectText.contains("authorities-names"))
    }
  }
}
