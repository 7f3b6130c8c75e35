internal import ArgumentParser
internal import ByteStorage
internal import Kernels
internal import Modpost
internal import ModuleFiles
internal import ModuleVersions
internal import VersionConversion

/// `ksym convert`: version tables in other layouts, and for other kernels.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Rewrite the version tables of modules, between layouts and for other kernels.",
    usage: "ksym convert --to <form> <where to write> [<options>] <modules> ...",
    discussion: """
      Layouts: basic (__versions; every kernel with modversions; names up to 55 bytes, 59 on 32-bit \
      machines), extended (__version_ext_crcs and __version_ext_names; read since 6.14), both (what \
      modpost writes with BASIC_MODVERSIONS and EXTENDED_MODVERSIONS: long names in the extended \
      table only), packed (Ubuntu 6.2 to 6.11), hashed (proposed, never merged), none. All else in \
      the module stays as it is, byte for byte, except for what moves. Compressed modules are packed \
      again as the kernel's build packs them.

      Examples:
        ksym convert --to both -o new.ko old.ko
        ksym convert --to extended --in-place --drop-signature *.ko.zst
        ksym convert --to basic --suffix .basic --drop-unrepresentable rust_driver.ko
        ksym convert --to both --sign key.pem cert.x509 -o new.ko old.ko
        ksym convert --to basic --signature-from old.ko -o again.ko new.ko
        ksym convert --crcs /boot/vmlinuz-6.12.1 --only _printk -o new.ko old.ko
        ksym convert --crcs Module.symvers --to both --add-missing -o new.ko plain.ko
        ksym convert --to mod.c --extended --symvers Module.symvers -o f.mod.c f.o

      Signed modules are refused unless an option states what becomes of the signature. --crcs makes a module \
      claim that it was built for another kernel; nothing in its code changes.

      mod.c and mod.o are what modpost of 7.3 writes for a module, as C and as an object: --symvers \
      names what it may use, later files before earlier ones; --basic and --extended choose the \
      tables (default: those that the module has, or both). The exports of an object are those of \
      its .export_symbol sections, with the CRCs that --symvers has for them; its device tables become \
      aliases, as the structures of 7.2 and 7.3 say.

      JSON, one object a module: module, output, before, after, versions, changed, signed, \
      compression, notices [{what, text, names}], error, errorCode.

      Exit status: 0 all were converted; 1 one was refused (it is signed, a name does not fit, \
      tables disagree, it has none); 2 one cannot be read or written.
      """)

  @Option(
    help: ArgumentHelp("What to make.", valueName: "form"))
  var to: ConvertForm?

  @Flag(
    name: .customLong("drop-unrepresentable"),
    help: "Leave out names that do not fit, and say what kernels do then.")
  var dropUnrepresentable = false

  @OptionGroup var retarget: RetargetOptions
  @OptionGroup var signing: SignatureOptions
  @OptionGroup var source: ModpostOptions
  @OptionGroup var output: ConvertOutputOptions
  @OptionGroup var json: JSONOption
  @OptionGroup var jobs: JobsOption
  @OptionGroup var input: InputOptions

  @Argument(
    help: "Modules, directories of modules, or - for standard input.",
    completion: .file(extensions: ["ko", "xz", "zst", "gz"]))
  var modules: [String] = []

  /// Modules, wherever they stand among options that take several words.
  private var allModules: [String] {
    source.modules + retarget.modules + signing.modules + modules
  }

  func validate() throws {
    guard !allModules.isEmpty else { throw ValidationError("no module is named") }
    guard to != nil || retarget.crcs != nil || signing.isAsked else {
      throw ValidationError("say what to make with --to, --crcs, --sign or --drop-signature")
    }
    if to?.generated != nil {
      if retarget.crcs != nil { throw ValidationError("--to mod.c takes --symvers, not --crcs") }
      if signing.isAsked { throw ValidationError("--to mod.c and mod.o make nothing to sign") }
      if source.files.isEmpty { throw ValidationError("--to mod.c and mod.o need --symvers") }
    } else if !source.symvers.isEmpty || source.basic || source.extended {
      throw ValidationError("--symvers, --basic and --extended are for --to mod.c and mod.o")
    }
    if source.like != nil, to?.generated != .object {
      throw ValidationError("--like is for --to mod.o")
    }
    if dropUnrepresentable, to?.tables == nil, retarget.crcs == nil {
      throw ValidationError("--drop-unrepresentable needs --to or --crcs")
    }
    if output.inPlace, allModules.contains("-") || to?.generated != nil {
      throw ValidationError("--in-place replaces modules that are files")
    }
    if output.suffix != nil, allModules.contains("-") {
      throw ValidationError("--suffix needs modules that are files")
    }
  }

  func run() throws {
    FreedMemory.keep()
    // What a link leads to may belong to others.
    let entries = ModulePaths.expand(
      allModules, followsLinks: !output.inPlace, limit: input.limit)
    let destination = output.destination(to?.generated)
    if let problem = destination.conflict(among: entries) {
      Terminal.complain(problem)
      throw ExitCode(ExitStatus.trouble.rawValue)
    }
    let job = try makeJob(destination)
    var report = ConvertReport(
      isJSON: json.isWanted, isVerbose: input.isVerbose,
      isSilent: destination == .standardOutput)
    let limit = input.limit
    FileRun(workers: jobs.workers, chunk: 4).run(
      entries, makeState: { ConvertWorker(limit: limit) },
      work: { worker, path in job.run(path, &worker) },
      consume: { result, _ in
        switch result {
        case .success(let result): report.describe(result)
        case .failure(let failure):
          report.describe(.init(module: failure.path, failure: failure))
        }
        return true
      })
    report.finish()
    throw ExitCode(report.status.rawValue)
  }

  private func makeJob(_ destination: ConvertDestination) throws -> ConvertJob {
    do {
      var request = ConversionRequest(to?.tables)
      request.dropsUnrepresentable = dropUnrepresentable
      request.signature = try signing.read(limit: input.limit)
      if let path = retarget.crcs { request.retargeting = try readCRCs(path) }
      return ConvertJob(
        request: request, modpost: try source.read(to?.generated, limit: input.limit),
        destination: destination)
    } catch let code as ExitCode { throw code } catch {
      Terminal.complain(error.explained)
      throw ExitCode(ExitStatus.trouble.rawValue)
    }
  }

  private func readCRCs(_ path: String) throws -> Retargeting {
    let kernel = try KernelInput(input).open(path)
    let exports = try kernel.exportsWithModules()
    guard exports.value.rows.contains(where: { $0.hasCRC && $0.crc != 0 }) else {
      throw FileError(path: path, cause: .notSuitable("built without modversions: it has no CRCs"))
    }
    if input.isVerbose { Terminal.complain("CRCs: \(exports.source.words)") }
    Terminal.complain(
      "warning: CRCs of \(exports.source.words) are put in: the module will claim to be built for that "
        + "kernel, and its loader will no longer notice where types differ; no code changes")
    var retargeting = Retargeting(exports.value)
    retargeting.machine = (try? kernel.facts())?.machine?.value
    if !retarget.symbols.isEmpty {
      retargeting.only = Set(retarget.symbols.map { Array($0.utf8) })
    }
    retargeting.addsMissing = retarget.addMissing
    retargeting.prunes = retarget.prune
    return retargeting
  }
}

/// What `--to` takes: layouts of tables to leave in a module, or something new to make.
struct ConvertForm: RawRepresentable, CaseIterable, ExpressibleByArgument {
  static let allCases =
    (ConversionRequest.Target.allCases.map(\.rawValue) + ModpostJob.Form.allCases.map(\.rawValue))
    .compactMap { ConvertForm(rawValue: $0) }

  let rawValue: String

  init?(rawValue: String) {
    self.rawValue = rawValue
    if tables == nil && generated == nil { return nil }
  }

  /// The tables to leave in a module.
  var tables: ConversionRequest.Target? { ConversionRequest.Target(rawValue: rawValue) }

  /// What is made from a module.
  var generated: ModpostJob.Form? { ModpostJob.Form(rawValue: rawValue) }
}
