internal import ArgumentParser
internal import ByteStorage
internal import KernelImages
internal import Kernels
internal import ModuleLoading
internal import ModuleVersions

/// Options that say which kernel is asked.
struct KernelOptions: ParsableArguments {
  @Option(
    name: [.customShort("k", allowingJoined: true), .customLong("kernel")],
    help: ArgumentHelp(
      "The kernel (repeatable; default: running): a vmlinux, vmlinuz or bzImage, a Module.symvers, a directory "
        + "(/lib/modules/RELEASE, a build tree, an unpacked package), a release, build-id:HEX, or running.",
      valueName: "path"), completion: .file())
  var kernel: [String] = []

  @Option(
    help: ArgumentHelp(
      "The kernel's configuration (default: embedded in the kernel, or beside it).",
      valueName: "file"), completion: .file())
  var config: String?

  @Option(
    help: ArgumentHelp(
      "State what cannot be read: missing-version=refuse|accept, release=…, vermagic=…, "
        + "struct-module-size=…; of the machine secure-boot=on|off, lockdown=…, lsm=lockdown|default, "
        + "sig-enforce=on|off, fips=on|off, signer=enrolled|unknown, btf=fits|differs, ima=appraise|off, "
        + "syscall=finit_module|init_module; or an option such as MODULE_FORCE_LOAD=y.",
      valueName: "key=value"),
    completion: .list([
      "missing-version=refuse", "missing-version=accept", "release=", "vermagic=",
      "struct-module-size=", "secure-boot=on", "secure-boot=off", "lockdown=none",
      "lockdown=integrity", "lockdown=confidentiality", "lsm=lockdown", "lsm=default",
      "sig-enforce=on", "sig-enforce=off",
      "fips=on", "signer=enrolled", "signer=unknown", "btf=fits", "btf=differs",
      "ima=appraise", "ima=off", "syscall=finit_module", "syscall=init_module",
    ])
  ) var assume: [String] = []

  func validate() throws {
    for text in assume {
      guard let fact = GivenFact(text) else {
        throw ValidationError("--assume takes KEY=VALUE, not '\(text)'")
      }
      if let problem = fact.problem { throw ValidationError("--assume \(text): \(problem.words)") }
    }
  }

  var given: [GivenFact] { assume.compactMap { GivenFact($0) } }

  var paths: [String] { kernel.isEmpty ? ["running"] : kernel }

  /// Opens a kernel and reads its facts, or ends the command with a hint.
  func read(_ path: String, _ input: InputOptions) throws -> (
    kernel: OpenKernel, facts: KernelFacts
  ) {
    let kernel: OpenKernel
    let facts: KernelFacts
    do throws(KernelError) {
      kernel = try OpenKernel(path, limit: input.limit)
      facts = try kernel.factsForLoading(config: config)
    } catch {
      Terminal.complain(error.explained)
      if path == "running" {
        Terminal.complain(
          "hint: name the kernel with -k (a vmlinuz, a directory, a Module.symvers)")
      }
      throw ExitCode(ExitStatus.trouble.rawValue)
    }
    kernel.reportChoice()
    if let config = facts.config, let foreign = facts.foreignConfiguration {
      Terminal.complain("\(config.source.words): \(foreign.words)")
    }
    if input.isVerbose { KernelOptions.explain(facts) } else { KernelOptions.complain(facts) }
    for fact in given where fact.isOption && facts.config?.value.omits(fact.key) ?? false {
      Terminal.complain(
        "--assume \(fact.key)=\(fact.value): the configuration of \(path) does not mention this option"
      )
    }
    if facts.exports == nil {
      Terminal.complain(
        "\(path): what this kernel exports was not found (--verbose lists the files read)")
      Terminal.complain(
        "hint: name a vmlinux or vmlinuz with section headers, or its Module.symvers, with -k")
    }
    return (kernel, facts)
  }

  /// Says which configuration could not be read, where there is no other.
  private static func complain(_ facts: KernelFacts) {
    guard facts.config == nil else { return }
    for note in facts.notes where note.hidesConfiguration {
      Terminal.complain("\(note.words); options are assumed (see --config)")
    }
  }

  private static func explain(_ facts: KernelFacts) {
    func say(_ what: String, _ value: String?, _ source: FactSource?) {
      let source = source.map { " (\($0.words))" } ?? ""
      Terminal.complain("\(what): \(value ?? "not found")\(source)")
    }
    say("release", facts.release?.value, facts.release?.source)
    say("vermagic", facts.vermagic.map { "'\($0.value)'" }, facts.vermagic?.source)
    say("exports", facts.exports.map { "\($0.value.rows.count)" }, facts.exports?.source)
    say("config", facts.config.map { _ in "read" }, facts.config?.source)
    say(
      "struct module", facts.moduleStructureSize.map { "\($0.value) bytes" },
      facts.moduleStructureSize?.source)
    say("modules", facts.moduleTree, nil)
    for note in facts.notes { Terminal.complain(note.words) }
  }
}
