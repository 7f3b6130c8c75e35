import ByteStorage
import KernelReleases
import Livepatching
import ModuleLoading
import ModuleTrust
import TestSupport
import Testing

/// Which keys of the machine count: security/integrity/platform_certs, 5.10 to 7.2.
@Suite("Keys of the machine")
struct MachineKeyTests {
  private static let x509: [UInt8] = [
    0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72,
  ]
  private static let sha256: [UInt8] = [
    0x26, 0x16, 0xc4, 0xc1, 0x4c, 0x50, 0x92, 0x40, 0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93, 0x43, 0x28,
  ]

  private typealias Variable = MachineKeys.Variable

  /// A list of one entry.
  private static func list(_ type: [UInt8], _ entry: [UInt8]) -> [UInt8] {
    var list = ByteBuilder(.little)
    list.put(type)
    for size in [28 + 16 + entry.count, 0, 16 + entry.count] { list.put(UInt32(size)) }
    list.pad(to: 28 + 16)
    list.put(entry)
    return list.bytes
  }

  private static func certificate() throws -> [UInt8] {
    list(x509, try Fixture.bytes("trust/rsa.der"))
  }

  private static func bench(
    _ release: String, debian isDebian: Bool = true, config: [String] = [],
    _ variables: [String: Variable]
  ) -> Bench {
    var bench = Bench(release)
    bench.isDebian = isDebian
    bench.config +=
      [
        "MODULE_SIG", "CRYPTO_RSA", "CRYPTO_SHA256", "SECONDARY_TRUSTED_KEYRING",
        "SYSTEM_BLACKLIST_KEYRING", "INTEGRITY_PLATFORM_KEYRING", "INTEGRITY_MACHINE_KEYRING",
        "IMA_SECURE_AND_OR_TRUSTED_BOOT",
      ] + config
    let all = ["SecureBoot": Variable(6, [1])].merging(variables) { $1 }
    let machine = MachineKeys { all[$0] }
    bench.adjust = { $0.trust.machine = machine }
    return bench
  }

  /// A module that the fixture's key signed: the signature of `data`, which stands for the module.
  private static func file(_ name: String = "rsa") throws -> [UInt8] {
    let message = try Fixture.bytes("trust/\(name).p7")
    let trailer: [UInt8] = [0, 0, 2, 0, 0, 0, 0, 0, 0, 0]
    return try Fixture.bytes("trust/data") + message + trailer
      + [UInt8(message.count >> 8), UInt8(message.count & 0xff)]
      + Array("~Module signature appended~\n".utf8)
  }

  /// Whether the signature counts. The content is no module; whose key made it is not known without one that
  /// counts, as no image gives the built-in ones.
  private static func counts(_ bench: Bench, _ name: String = "rsa") throws -> Bool {
    let outcome = try bench.outcome(file(name))
    #expect(outcome.errno == .ENOEXEC)
    return !outcome.assumed.contains { $0.code == .signatureUnchecked }
  }

  @Test("db counts where the distribution asks the platform's keys; else this is listed")
  func platform() throws {
    let variables: [String: Variable] = [
      "db": Variable(0x27, try Self.certificate())
    ]
    #expect(try Self.counts(Self.bench("6.12.0", variables)))
    #expect(try !Self.counts(Self.bench("6.12.0", debian: false, variables)))
    for release in ["6.12.0-200.fc41.x86_64", "5.14.0-503.el9.x86_64"] {
      #expect(try Self.counts(Self.bench(release, debian: false, variables)), "\(release)")
    }
    var ignoring = variables
    ignoring["MokIgnoreDB"] = Variable(6, [1])
    #expect(try !Self.counts(Self.bench("6.12.0", ignoring)))
    var open = variables
    open["SecureBoot"] = Variable(6, [0])
    let withoutSecureBoot = Self.bench("6.12.0", open)
    #expect(try Self.counts(withoutSecureBoot))
  }

  @Test("the owner's keys count with Secure Boot only, upstream if the owner asks for it")
  func owner() throws {
    let key = try Self.certificate()
    #expect(try Self.counts(Self.bench("6.12.0", ["MokListRT": Variable(6, key)])))
    #expect(
      try !Self.counts(
        Self.bench("6.12.0", ["MokListRT": Variable(6, key), "SecureBoot": Variable(6, [0])])))
    #expect(try !Self.counts(Self.bench("6.12.0", debian: false, ["MokListRT": Variable(6, key)])))
    let trusted: [String: Variable] = [
      "MokListRT": Variable(6, key), "MokListTrustedRT": Variable(nil, [1]),
    ]
    #expect(try Self.counts(Self.bench("6.12.0", debian: false, trusted)))
  }

  @Test(
    "up to 7.0, but not in Debian's 5.10, the owner's keys count only where IMA knows of Secure Boot"
  )
  func unknownSecureBoot() throws {
    let key = try Self.certificate()
    // arch_get_secureboot in 7.1, and in stable releases of the same time.
    for (release, function, counts) in [
      ("5.10.0", nil, true), ("6.12.0", nil, false), ("6.12.107", nil, false),
      ("7.0.0", nil, false),
      ("6.12.117", nil, true), ("7.1.0", nil, true),
      ("6.6.0", "arch_get_secureboot", true), ("7.1.0", "other", false),
    ] as [(String, String?, Bool)] {
      var bench = Self.bench(
        release, ["MokListRT": Variable(6, key), "MokListTrustedRT": Variable(nil, [1])])
      bench.config.removeAll { $0 == "IMA_SECURE_AND_OR_TRUSTED_BOOT" }
      if let function {
        var memory = MemoryBuilder(0xffff_ffff_8100_0000, release: release)
        try memory.putTables(
          [(0xffff_ffff_8100_0020, function)], fillers: 300, isBaseRelative: true)
        bench.image = memory.bytes.bytes
      }
      #expect(try Self.counts(bench) == counts, "\(release) \(function ?? "")")
    }
  }

  @Test("where the machine's keyring is for authorities, others are the platform's")
  func authorities() throws {
    let variables: [String: Variable] = [
      "MokListRT": Variable(6, try Self.certificate()), "MokListTrustedRT": Variable(nil, [1]),
    ]
    // The fixture's certificate is an authority's that does not say what its key is for.
    let config = ["INTEGRITY_CA_MACHINE_KEYRING"]
    #expect(try !Self.counts(Self.bench("6.12.0", debian: false, config: config, variables)))
    #expect(try Self.counts(Self.bench("6.12.0", config: config, variables)))
  }

  @Test("5.10 asks who could have written a variable")
  func attributes() throws {
    let key = try Self.certificate()
    #expect(try Self.counts(Self.bench("5.10.0", ["db": Variable(0x27, key)])))
    #expect(try !Self.counts(Self.bench("5.10.0", ["db": Variable(7, key)])))
    #expect(try Self.counts(Self.bench("6.12.0", ["db": Variable(7, key)])))
    #expect(try Self.counts(Self.bench("5.10.0", ["MokListRT": Variable(6, key)])))
    #expect(try !Self.counts(Self.bench("5.10.0", ["MokListRT": Variable(7, key)])))
  }

  @Test("a listed file is refused by Debian's kernels up to 6.12, though a key signed it")
  func listedFile() throws {
    let file = try Self.file()
    let hash = DigestAlgorithm.sha256.value(of: file.rawSpan) ?? []
    let variables: [String: Variable] = [
      "db": Variable(0x27, try Self.certificate()),
      "dbx": Variable(0x27, Self.list(Self.sha256, hash)),
    ]
    for (release, isDebian, errno) in [
      ("6.12.0", true, "EKEYREJECTED"), ("7.2.0", true, "ENOEXEC"),
      ("6.12.0-200.fc41.x86_64", false, "ENOEXEC"),
    ] {
      let outcome = try Self.bench(release, debian: isDebian, variables).outcome(Self.file())
      #expect(outcome.errno?.name == errno, "\(release)")
    }
  }

  @Test("a certificate in dbx is revoked where there is a revocation list")
  func revokedCertificate() throws {
    let key = try Self.certificate()
    let variables: [String: Variable] = [
      "db": Variable(0x27, key), "dbx": Variable(0x27, key),
    ]
    #expect(try Self.counts(Self.bench("6.12.0", variables)))
    let revoking = Self.bench("6.12.0", config: ["SYSTEM_REVOCATION_LIST"], variables)
    #expect(try revoking.outcome(Self.file()).errno == .EKEYREJECTED)
  }

  @Test("before 4.3 the trailer named the key: the signature is assumed to be good")
  func ancient() throws {
    let bench = Self.bench("4.2.0", [:])
    let outcome = try bench.outcome(Self.file())
    #expect(outcome.errno == .ENOEXEC)
    #expect(outcome.assumed.contains { $0.code == .signatureUnchecked })
  }

  @Test("an option that is given decides, as y or m, before the configuration")
  func givenOptions() throws {
    let key = try Self.certificate()
    let variables: [String: Variable] = [
      "db": Variable(0x27, key), "dbx": Variable(0x27, key),
    ]
    for (config, given, isRevoking) in [
      ([], "SYSTEM_REVOCATION_LIST=y", true), ([], "SYSTEM_REVOCATION_LIST=m", true),
      (["SYSTEM_REVOCATION_LIST"], "SYSTEM_REVOCATION_LIST=n", false),
    ] as [([String], String, Bool)] {
      var bench = Self.bench("6.12.0", config: config, variables)
      bench.given = [given]
      let outcome = try bench.outcome(Self.file())
      #expect((outcome.errno == .EKEYREJECTED) == isRevoking, "\(given)")
    }
  }

  @Test("with fips=1 no short key counts")
  func fips() throws {
    for (name, given, isTaken) in [
      ("rsa", [], true), ("rsa", ["fips=on"], true), ("rsa-1024", [], true),
      ("rsa-1024", ["fips=on"], false), ("rsa-1024", ["fips=off"], true),
    ] as [(String, [String], Bool)] {
      let key = Self.list(Self.x509, try Fixture.bytes("trust/\(name).der"))
      var bench = Self.bench("6.12.0", ["db": Variable(0x27, key)])
      bench.given = given
      #expect(try Self.counts(bench, name) == isTaken, "\(name) \(given)")
    }
  }

  @Test("curves that a module of the kernel has count where it is loaded, or can be")
  func modularCurves() throws {
    let scratch = try ScratchDirectory()
    scratch.makeDirectory("tree")
    let key = Self.list(Self.x509, try Fixture.bytes("trust/p256.der"))
    for (option, tree, loaded, isTaken) in [
      ("CRYPTO_ECDSA=n", "tree", "ecdsa_generic", false), ("CRYPTO_ECDSA=y", nil, nil, true),
      ("CRYPTO_ECDSA=m", nil, nil, false), ("CRYPTO_ECDSA=m", nil, "other", false),
      ("CRYPTO_ECDSA=m", "tree", nil, true), ("CRYPTO_ECDSA=m", nil, "ecdsa_generic", true),
    ] as [(String, String?, String?, Bool)] {
      var bench = Self.bench("6.12.0", ["db": Variable(0x27, key)])
      bench.given = [option]
      bench.tree = tree.map { scratch.file($0) }
      bench.loadsDependencies = tree != nil
      if let loaded {
        let path = try scratch.write(bench.module(loaded).build(), to: "\(loaded).ko")
        let adjust = bench.adjust
        bench.adjust = {
          adjust(&$0)
          $0.with = [path]
        }
      }
      #expect(try Self.counts(bench, "p256") == isTaken, "\(option) \(loaded ?? "")")
    }
  }

  @Test("digests that a module of the kernel has are got where its tree has the module")
  func modularDigests() throws {
    let scratch = try ScratchDirectory()
    for folder in ["empty", "full"] { scratch.makeDirectory(folder) }
    let module = Bench("6.12.0").module("sha256_generic").build()
    _ = try scratch.write(module, to: "full/sha256_generic.ko")
    let key = try Self.certificate()
    for (tree, isTaken) in [("empty", false), ("full", true)] {
      var bench = Self.bench("6.12.0", ["db": Variable(0x27, key)])
      bench.given = ["CRYPTO_SHA256=m"]
      bench.tree = scratch.file(tree)
      bench.loadsDependencies = true
      let assumed = try bench.outcome(Self.file()).assumed
      #expect(
        assumed.contains(LoadAssumption(.digestLoaded, key: "sha256", value: "sha256_generic"))
          == isTaken)
    }
  }
}
