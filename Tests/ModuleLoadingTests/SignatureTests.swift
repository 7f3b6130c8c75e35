import ByteStorage
import KernelReleases
import Livepatching
import ModuleLoading
import TestSupport
import Testing

/// What the loader makes of signatures without knowing keys: kernel/module/signing.c and
/// kernel/module_signature.c, 7.2.
@Suite("Signatures of modules")
struct SignatureTests {
  private var bench: Bench {
    var bench = Bench()
    bench.config += ["MODULE_SIG", "CRYPTO_SHA256"]
    return bench
  }

  private static let marker = Array("~Module signature appended~\n".utf8)

  private static func trailer(length: Int, type: UInt8 = 2, pad: UInt8 = 0) -> [UInt8] {
    var out = ByteBuilder(.big)
    out.put([0, 0, type, 0, 0, pad, 0, 0])
    out.put(UInt32(length))
    out.put(marker)
    return out.bytes
  }

  /// A message with a signer that nobody knows.
  private static func message() throws -> [UInt8] { try Fixture.bytes("trust/stranger.p7") }

  private static func signed(_ module: [UInt8]) throws -> [UInt8] {
    try module + message() + trailer(length: message().count)
  }

  /// The file of a kernel that has a certificate.
  private static func image(_ release: String) throws -> [UInt8] {
    var certificates = ByteBuilder(.little)
    certificates.put(try Fixture.bytes("trust/rsa.der"))
    let length = certificates.count
    certificates.align(to: 8)
    certificates.put(UInt64(length))
    var image = KernelBuilder(release: release)
    image.sections = [(".init.data", certificates.bytes, 0xffff_ffff_8300_0000)]
    return image.build()
  }

  private func answer(_ file: [UInt8], _ bench: Bench) throws -> String {
    summary(try bench.outcome(file))
  }

  @Test("a signature leaves at least one byte for the module, whatever its type")
  func lengths() throws {
    let module = bench.module().build()
    func answer(_ distance: Int, _ type: UInt8) throws -> String {
      try self.answer(module + Self.trailer(length: module.count - distance, type: type), bench)
    }
    for type in [1, 2] as [UInt8] { #expect(try answer(0, type) == "EBADMSG") }
    #expect(try answer(1, 2) == "EBADMSG")
    #expect(try answer(1, 1) == "loads | module: not signed with expected PKCS#7 message")
  }

  @Test("only a message can be a signature; without the kernel's keys it is assumed to be good")
  func contents() throws {
    let module = bench.module().build()
    let good = try bench.outcome(Self.signed(module))
    #expect(good.verdict == .loads && good.log.isEmpty && good.taintLog.isEmpty)
    #expect(good.assumed.contains { $0.code == .signatureUnchecked })
    for content in [[], [0x30], [0x30, 0], [0x31, 0x30]] as [[UInt8]] {
      #expect(
        try answer(module + content + Self.trailer(length: content.count), bench) == "EBADMSG")
    }
    #expect(
      try answer(module + [0x30, 0] + Self.trailer(length: 2, pad: 1), bench)
        == "EBADMSG | module: PKCS#7 signature info has unexpected non-zero params")
    #expect(try answer([0] + Self.trailer(length: 0), bench) == "EBADMSG")
    #expect(try answer(Array(Self.trailer(length: 0).suffix(29)), bench) == "EBADMSG")
  }

  @Test("the signature is not part of what is read as a module")
  func cut() throws {
    let module = bench.module().build()
    // The section headers lie at the end of the file.
    let short = Array(module.dropLast())
    #expect(try answer(Self.signed(short), bench).hasPrefix("ENOEXEC"))
    #expect(try answer(Self.signed(short), Bench()).hasPrefix("loads"))
  }

  @Test(
    "whether the machine's owner enrolled a signer is open, unless something is known of the machine"
  )
  func openSigner() throws {
    var strict = bench
    strict.config.append("MODULE_SIG_FORCE")
    strict.image = try Self.image(strict.release)
    let signed = try Self.signed(strict.module().build())
    let open = try strict.outcome(signed)
    #expect(open.verdict == .undecided && open.causes.map(\.code) == [.signerOpen])
    #expect(open.causes.first?.kernel == "Loading of module with unavailable key is rejected")
    strict.given = ["signer=unknown"]
    let refused = try strict.outcome(signed)
    #expect(refused.errno == .EKEYREJECTED && refused.causes.map(\.code) == [.signerUnknown])
    strict.given = ["signer=enrolled"]
    #expect(try strict.outcome(signed).verdict == .loads)
  }

  // crypto/asymmetric_keys/pkcs7_trust.c: the key of the signer, or of who issued its certificate.
  @Test(
    "a certificate that would count if the kernel could use its key is told from an unknown one",
    arguments: [
      ("before", ["before", "renewed"], true), ("before", ["renewed"], false),
      ("issued", ["before"], true), ("issued", ["p256"], false),
    ])
  func leftOut(_ message: String, _ given: [String], _ isLeftOut: Bool) throws {
    // Without CRYPTO_ECDSA.
    var strict = bench
    strict.config.append("MODULE_SIG_FORCE")
    strict.image = try Self.image(strict.release)
    let keys = try given.map { try Fixture.bytes("trust/\($0).der") }
    strict.adjust = { $0.trust.keys = keys }
    let content = try Fixture.bytes("trust/\(message).p7")
    let file = try Fixture.bytes("trust/data") + content + Self.trailer(length: content.count)
    let outcome = try strict.outcome(file)
    let code: LoadCause.Code = isLeftOut ? .signerNotLoaded : .signerUnknown
    #expect(outcome.errno == .EKEYREJECTED && outcome.causes.map(\.code) == [code])
  }

  @Test("a kernel that demands signatures refuses modules without one that counts")
  func enforced() throws {
    var strict = bench
    strict.config.append("MODULE_SIG_FORCE")
    let module = strict.module().build()
    let unsigned = "EKEYREJECTED | Loading of unsigned module is rejected"
    #expect(try answer(module, strict) == unsigned)
    #expect(try answer(module, bench) == "loads")
    #expect(
      try answer(module + [0x30] + Self.trailer(length: 1, type: 1), strict)
        == "EKEYREJECTED | module: not signed with expected PKCS#7 message"
        + " | Loading of module with unsupported crypto is rejected")
    let signed = try Self.signed(module)
    #expect(try answer(signed, strict) == "loads")
    // Of a module that is to be loaded by force the signature is not looked at.
    strict.adjust = { $0.ignoresVermagic = true }
    #expect(try answer(signed, strict) == unsigned)
    #expect(try strict.outcome(signed).causes.map(\.code) == [.signatureIgnored])
    #expect(try strict.outcome(module).causes.map(\.code) == [.unsigned])
    strict.adjust = { $0.ignoresModversions = true }
    #expect(try answer(signed, strict) == unsigned)
  }
}
