internal import ArgumentParser
internal import ByteStorage
internal import ELFFormat
internal import KernelImages
internal import KernelReleases
internal import Kernels
internal import ModuleFiles
internal import ModuleLoading
internal import ModuleTrust

struct SignatureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "signature",
    abstract: "Show who signed a module, and whether the signature is good.",
    usage: "ksym signature [<options>] <modules> ...",
    discussion: """
      Reads the signature at the end of a module as the kernel reads it: who signed, with which \
      digest, and whether the form is one that a kernel takes. With a kernel (-k) or certificates \
      (--keys) it is verified.

      Examples:
        ksym signature ./driver.ko
        ksym signature -k /boot/vmlinuz-6.12.107+deb13-amd64 driver.ko.xz
        ksym signature --keys /var/lib/dkms/mok.pub driver.ko
        ksym signature --json *.ko | jq .verified

      Whether a kernel demands a signature, and what it does without one, is what ksym check answers.

      JSON, one object a module: module, signed, signers [{issuer, serial, keyID, digest, \
      algorithm}], verified (null without keys), error, log.

      Exit status: 0 all are signed, and verify where keys are given; 1 one is not; 2 a file cannot \
      be read.
      """)

  @Option(
    name: [.customShort("k", allowingJoined: true), .customLong("kernel")],
    help: ArgumentHelp(
      "A kernel whose built-in certificates count (repeatable).", valueName: "path"),
    completion: .file())
  var kernels: [String] = []

  @Option(
    help: ArgumentHelp(
      "Certificates that count (DER, PEM, mok.pub, an EFI signature list).", valueName: "file"),
    completion: .file())
  var keys: [String] = []

  @OptionGroup var json: JSONOption
  @OptionGroup var colour: ColourOption
  @OptionGroup var jobs: JobsOption
  @OptionGroup var size: SizeOption

  @Argument(
    help: "Modules, directories of modules, or - for standard input.",
    completion: .file(extensions: ["ko", "xz", "zst", "gz"]))
  var modules: [String]

  func run() throws {
    let (gate, hasKeys) = try makeGate()
    let limit = size.limit
    let report = SignatureReport(
      isJSON: json.isWanted, hasKeys: hasKeys, terminal: colour.terminal)
    var status = ExitStatus.yes
    var output = OutputBuffer(reserving: 1 << 16)
    var count = 0
    FileRun(workers: jobs.workers).run(
      ModulePaths.expand(modules, limit: limit), makeState: { FileBuffer(limit: limit) },
      work: { buffer, path in
        try buffer.open(path)
        let answer = gate.verify(try buffer.source.all())
        // What carries a signature is shown, whatever it is.
        guard answer.error != .noData || GivenFile.isModule(buffer.source) else {
          throw FileError(path: path, cause: .notSuitable("is not a module"))
        }
        return answer
      },
      consume: { result, path in
        count += 1
        switch result {
        case .success(let answer): status = max(status, report.describe(answer, path, &output))
        case .failure(let failure):
          Terminal.complain(failure.words)
          status = .trouble
        }
        Terminal.write(&output)
        return true
      })
    if count == 0 {
      Terminal.complain("\(modules.joined(separator: ", ")): no modules here")
      status = .trouble
    }
    throw ExitCode(status.rawValue)
  }

  /// Why a kernel has no certificates, and what gives them.
  private static func lack(_ kernel: OpenKernel, _ facts: KernelFacts) -> String {
    let path = kernel.path
    if facts.config?.value.isSet("MODULE_SIG") == false {
      return "\(path): this kernel does not look at signatures (MODULE_SIG=n)"
    }
    let next = "give the signer's certificate with --keys"
    return kernel.form != .linkedImage && kernel.form != .rawImage
      ? "\(path): there is no kernel image here, which holds the certificates: pass vmlinuz with -k, or \(next)"
      : "\(path): no certificates are built into this image: \(next)"
  }

  /// What the kernels that are given say of signatures.
  private struct KernelKeys {
    var certificates: [[UInt8]] = []
    var eras: [TrustEra] = []
    var wordSizes: [Int] = []
    /// Why a kernel has no certificates.
    var lacks: [String] = []
  }

  private func readKernels() throws -> KernelKeys {
    var found = KernelKeys()
    for path in kernels {
      do throws(KernelError) {
        let kernel = try OpenKernel(path, limit: size.limit)
        kernel.reportChoice()
        let facts = try kernel.facts()
        found.eras.append(TrustEra(facts.basis.release))
        var own: [[UInt8]] = []
        if let machine = facts.machine?.value, let layout = facts.layout?.value {
          found.wordSizes.append(layout.wordSize)
          own = kernel.builtInKeys(machine, layout).certificates?.certificates ?? []
        }
        if own.isEmpty { found.lacks.append(SignatureCommand.lack(kernel, facts)) }
        found.certificates += own
      } catch {
        throw Terminal.trouble(error.explained)
      }
    }
    return found
  }

  /// The gate with all keys that are given, by the rules of the newest of the kernels, or of all.
  private func makeGate() throws -> (SignatureGate, hasKeys: Bool) {
    let found = try readKernels()
    var certificates = found.certificates
    for lack in found.lacks { Terminal.complain(lack) }
    if certificates.isEmpty, keys.isEmpty, !kernels.isEmpty {
      throw ExitCode(ExitStatus.trouble.rawValue)
    }
    for path in keys { certificates += try TrustOptions.certificates(in: path) }
    var context = TrustContext(
      era: found.eras.max() ?? TrustEra(.newest), digests: Set(DigestAlgorithm.allCases),
      hasECDSA: true)
    context.unverifiable = [.gost, .sm2, .mldsa]
    context.wordSize = found.wordSizes.max() ?? 8
    var gate = SignatureGate(context)
    for error in gate.keys.add(certificates, context, areInOneKeyring: false) {
      Terminal.complain("a certificate is not one that the kernel loads (\(error.words))")
    }
    return (gate, !certificates.isEmpty)
  }
}
