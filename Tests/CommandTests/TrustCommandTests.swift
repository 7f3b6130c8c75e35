import TestSupport
import Testing

/// What somebody reads whose machine verifies what it starts.
@Suite("Signatures on a machine with Secure Boot")
struct TrustCommandTests {
  private let scratch: ScratchDirectory
  private let kernel: String
  private let module: String
  private let variables: String

  init() throws {
    scratch = try ScratchDirectory()
    let kernel = Self.kernel(with: try Fixture.bytes("trust/rsa.der"))
    self.kernel = try scratch.write(kernel.build(), to: "vmlinux")
    try scratch.write(
      Array("0x0badcafe\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n".utf8), to: "Module.symvers")
    let options = [
      "MODULES", "MODVERSIONS", "MODULE_SIG", "IMA_ARCH_POLICY", "SECURITY_LOCKDOWN_LSM",
      "LOCK_DOWN_IN_EFI_SECURE_BOOT", "SYSTEM_BLACKLIST_KEYRING", "SECONDARY_TRUSTED_KEYRING",
      "INTEGRITY_PLATFORM_KEYRING", "INTEGRITY_MACHINE_KEYRING", "CRYPTO_SHA256",
      "IMA_SECURE_AND_OR_TRUSTED_BOOT",
    ]
    try scratch.write(Array(options.map { "CONFIG_\($0)=y\n" }.joined().utf8), to: "config")
    var module = ModuleBuilder("dkms_driver", vermagic: kernel.vermagic)
    module.basic = [RequiredVersion("module_layout", 0x0bad_cafe)]
    module.hasFlagTable = false
    self.module = try scratch.write(module.build(), to: "dkms_driver.ko")
    variables = scratch.file("efivars")
    scratch.makeDirectory("efivars")
    try scratch.write(
      [6, 0, 0, 0, 1], to: "efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c")
  }

  /// A kernel with a built-in certificate.
  private static func kernel(with certificate: [UInt8]) -> KernelBuilder {
    var kernel = KernelBuilder(
      release: "6.12.0", exports: [SampleExport("module_layout", 0x0bad_cafe)])
    kernel.hasFlagTable = false
    // The list of built-in certificates, then its size.
    var list = certificate
    let size = UInt64(list.count)
    list += [UInt8](repeating: 0, count: (8 - list.count % 8) % 8)
    for index in 0..<8 { list.append(UInt8(size >> UInt64(8 * index) & 0xff)) }
    kernel.sections = [(".init.data", list, 0xffff_ffff_9000_0000)]
    return kernel
  }

  private func check(_ arguments: String...) async throws -> Ksym.Run {
    try await Ksym.run(
      [
        "check", "-k", kernel, "--config", scratch.file("config"), "--no-deps", "--assume",
        "struct-module-size=1280", "--efivars", variables, module,
      ] + arguments)
  }

  /// A key of the machine's own, as DKMS makes one, and the module signed with it.
  private func sign(_ algorithm: [String] = ["rsa:2048"]) async throws -> String {
    let (key, certificate) = (scratch.file("mok.key"), scratch.file("mok.pub"))
    let made = try await Ksym.run(
      [
        "req", "-x509", "-nodes", "-keyout", key, "-outform", "DER", "-out", certificate, "-subj",
        "/CN=DKMS module signing key", "-days", "36500", "-newkey",
      ] + algorithm, program: "openssl")
    #expect(made.status == 0)
    let run = try await Ksym.run(
      ["convert", "--to", "basic", "--in-place", module, "--sign", key, certificate])
    #expect(run.status == 0, "\(run.errors)")
    return certificate
  }

  @Test("an unsigned module is refused, and what to do is shown")
  func unsigned() async throws {
    let run = try await check()
    #expect(run.status == 1)
    #expect(run.output.contains("EKEYREJECTED"))
    #expect(run.output.contains("Loading of unsigned module is rejected"))
    #expect(run.output.contains("=> the module is not signed"))
    #expect(!run.output.contains("secure-boot="))
    let verbose = try await check("--verbose")
    #expect(verbose.errors.contains("\(variables): Secure Boot is on\n"), "\(verbose.errors)")
  }

  @Test("a module signed with the machine's own key wants that enrolled", .needs("openssl"))
  func stranger() async throws {
    let certificate = try await sign()
    let refused = try await check()
    #expect(refused.status == 1)
    for words in [
      "EKEYREJECTED", "Loading of module with unavailable key is rejected",
      "CN=DKMS module signing key", ".builtin_trusted_keys, .secondary_trusted_keys, .machine",
      "mokutil --import /var/lib/dkms/mok.pub",
    ] { #expect(refused.output.contains(words), "\(words)") }
    let enrolled = try await check("--keys", certificate)
    #expect(enrolled.status == 0, "\(enrolled.output)")
    #expect(enrolled.output.contains("is enrolled where the kernel asks (.builtin_trusted_keys"))
    let signature = try await Ksym.run(["signature", "-k", kernel, module])
    #expect(
      signature.status == 1 && signature.output.contains("none of the given certificates made it"))
    let headers = try await Ksym.run(["signature", "-k", scratch.file("Module.symvers"), module])
    #expect(headers.errors.contains("no kernel image here") && headers.errors.contains("--keys"))
  }

  @Test("the certificates of all kernels that are given count", .needs("openssl"))
  func severalKernels() async throws {
    let certificate = try await sign()
    scratch.makeDirectory("own")
    let own = try scratch.write(
      Self.kernel(with: try contents(of: certificate)).build(), to: "own/vmlinux")
    for kernels in [[own], [own, kernel], [kernel, own]] {
      let run = try await Ksym.run(["signature"] + kernels.flatMap { ["-k", $0] } + [module])
      #expect(run.status == 0 && run.output.contains("verified    yes"), "\(run.output)")
    }
  }

  @Test(
    "a signature with attributes is named as that, not as one of other bytes", .needs("openssl"))
  func attributes() async throws {
    let certificate = try await sign()
    let (pem, message) = (scratch.file("mok.pem"), scratch.file("message"))
    let drop = try await Ksym.run(["convert", "--drop-signature", "--in-place", module])
    #expect(drop.status == 0)
    _ = try await Ksym.run(
      ["x509", "-inform", "DER", "-in", certificate, "-out", pem], program: "openssl")
    for options in [["-nosmimecap"], []] {
      _ = try await Ksym.run(
        [
          "cms", "-sign", "-binary", "-in", module, "-outform", "DER", "-signer", pem, "-inkey",
          scratch.file("mok.key"), "-md", "sha256", "-nocerts", "-out", message,
        ] + options, program: "openssl")
      let signature = try contents(of: message)
      let size = unsafe withUnsafeBytes(of: UInt32(signature.count).bigEndian) { unsafe Array($0) }
      let bytes =
        try contents(of: module) + signature + [0, 0, 2, 0, 0, 0, 0, 0] + size
        + Array("~Module signature appended~\n".utf8)
      let signed = try scratch.write(bytes, to: "attributes.ko")
      let shown = try await Ksym.run(["signature", "--keys", certificate, signed])
      #expect(shown.status == 1 && shown.output.contains("no: it has signed attributes"))
      let refused = try await check("--keys", certificate, signed)
      #expect(refused.output.contains("=> the signature has signed attributes"))
      #expect(!refused.output.contains("was changed after signing"), "\(refused.output)")
    }
  }

  @Test("a given certificate that the kernel cannot load is not to be enrolled", .needs("openssl"))
  func withoutAlgorithm() async throws {
    let certificate = try await sign(["ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
    let run = try await check("--keys", certificate)
    #expect(run.status == 1 && run.output.contains("does not load that certificate"))
    #expect(!run.output.contains("mokutil"), "\(run.output)")
  }

  @Test("a module that was packed before it was signed is named as that")
  func packedFirst() async throws {
    for suffix in ["gz", "xz", "zst"] {
      let packed = try Fixture.bytes("kernels/rust-ext/compressed/crc16.ko.\(suffix)")
      let bytes =
        packed + [1, 2, 3, 4] + [0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 4]
        + Array("~Module signature appended~\n".utf8)
      let path = try scratch.write(bytes, to: "crc16.ko.\(suffix)")
      let run = try await Ksym.run(["signature", path])
      #expect(run.status == 2 && run.errors.contains("signed after it was packed"), "\(run.errors)")
    }
  }

  @Test("a kernel that does not unpack modules itself is named as the reason")
  func withoutDecompressor() async throws {
    let run = try await Ksym.run([
      "check", "--compressed-file", "-k", Fixture.path("kernels/rust-ext/bzImage"), "--config",
      Fixture.path("kernels/rust-ext/config"),
      Fixture.path("kernels/rust-ext/compressed/crc16.ko.gz"),
    ])
    #expect(run.status == 1 && run.output.contains("EOPNOTSUPP"))
    #expect(run.output.contains("MODULE_DECOMPRESS is not set"), "\(run.output)")
  }

  @Test("a module that was changed after signing is to be signed again", .needs("openssl"))
  func changed() async throws {
    let certificate = try await sign()
    var bytes = try contents(of: module)
    bytes[bytes.count / 3] ^= 1
    try scratch.write(bytes, to: "dkms_driver.ko")
    let run = try await check("--keys", certificate)
    #expect(run.status == 1)
    #expect(run.output.contains("sign it again"))
  }

  @Test("a trailer of another type is named as that")
  func otherTrailer() async throws {
    let trailer: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4]
    let marker = Array("~Module signature appended~\n".utf8)
    let bytes = try contents(of: module) + [1, 2, 3, 4] + trailer + marker
    let run = try await Ksym.run(["signature", try scratch.write(bytes, to: "pgp.ko")])
    #expect(run.status == 1)
    #expect(run.output.contains("the trailer has type 0; the kernel reads type 2 only"))
  }

  @Test("leaving signatures out does not go with what would judge them")
  func contradiction() async throws {
    for options in [["--sig-enforce"], ["--keys", module]] {
      let run = try await Ksym.run(["check", "-k", kernel, "--no-signatures", module] + options)
      #expect(run.status == 64 && run.errors.contains("\(options[0]) would do nothing"))
    }
  }

  @Test("keys that are not there are status 2, and variables that say nothing are reported")
  func nothingToRead() async throws {
    let missing = try await check("--keys", scratch.file("nowhere.der"))
    #expect(missing.status == 2 && missing.errors.contains("nowhere.der: cannot open"))
    let noDirectory = try await Ksym.run(
      [
        "check", "-k", Fixture.path("kernels/rust-ext/bzImage"), "--efivars", scratch.file("none"),
        Fixture.path("kernels/rust-ext/modules/corpus_min.ko"),
      ])
    #expect(noDirectory.status == 2 && noDirectory.errors.contains("is not a directory"))
    let empty = try await Ksym.run(
      [
        "check", "-k", Fixture.path("kernels/rust-ext/bzImage"), "--efivars",
        Fixture.path("kernels/rust-ext/modules"),
        Fixture.path("kernels/rust-ext/modules/corpus_min.ko"),
      ])
    #expect(empty.status == 2 && empty.errors.contains("has no EFI variable"), "\(empty.errors)")
    scratch.makeDirectory("other")
    let variable = "other/db-d719b2cb-3d3a-4596-a3bc-dad00e67656f"
    _ = try scratch.write([7, 0, 0, 0, 1, 2, 3], to: variable)
    let alone = try await Ksym.run(
      [
        "check", "-k", Fixture.path("kernels/rust-ext/bzImage"), "--efivars", scratch.file("other"),
        Fixture.path("kernels/rust-ext/modules/corpus_min.ko"),
      ])
    #expect(alone.errors.contains("no readable SecureBoot; Secure Boot is taken as off"))
    #expect(alone.errors.contains("db is damaged"))
  }

  @Test(
    "a module is signed without a word about its tables, and signed anew in place",
    .needs("openssl"))
  func signingAlone() async throws {
    let certificate = try await sign()
    let (key, before) = (scratch.file("mok.key"), try contents(of: module))
    let drop = try await Ksym.run(["convert", "--drop-signature", "--in-place", module])
    #expect(drop.status == 0 && drop.output.contains("basic"), "\(drop.errors)")
    let plain = try contents(of: module)
    #expect(before.starts(with: plain) && plain.count < before.count)
    let sign = try await Ksym.run(["convert", "--in-place", module, "--sign", key, certificate])
    #expect(sign.status == 0 && sign.output.contains(", signed"), "\(sign.errors)")
    #expect(try contents(of: module).starts(with: plain))
    // Another digest: the tables do not change, the file does.
    let again = try await Ksym.run(
      ["convert", "--in-place", "--hash", "sha512", module, "--sign", key, certificate])
    #expect(again.status == 0 && !again.output.contains("unchanged"), "\(again.output)")
    let shown = try await Ksym.run(["signature", "--keys", certificate, module])
    #expect(shown.status == 0 && shown.output.contains("sha512"), "\(shown.output)")
  }

  @Test(
    "what is not a module has no signature to show, and a kernel without certificates no answer")
  func nothingToVerify() async throws {
    let text = try scratch.write(Array("text\n".utf8), to: "text")
    let run = try await Ksym.run(["signature", text])
    #expect(run.status == 2 && run.errors.contains("is not a module"))
    let image = Fixture.path("kernels/rust-ext/bzImage")
    let none = try await Ksym.run(["signature", "-k", image, module])
    #expect(none.status == 2 && none.output.isEmpty, "\(none.output)")
  }
}
