internal import ArgumentParser
internal import ByteStorage
internal import Modpost
internal import ModuleFiles
internal import VersionConversion

/// The options that name where converted modules go.
struct ConvertOutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o", allowingJoined: true), .customLong("output")],
    help: ArgumentHelp(
      "Write to this file (- for standard output), or into this directory.", valueName: "file"),
    completion: .file())
  var output: String?

  @Flag(name: .customLong("in-place"), help: "Replace the modules themselves.")
  var inPlace = false

  @Option(
    help: ArgumentHelp("Write beside each module, with this added to its name.", valueName: "text"))
  var suffix: String?

  func validate() throws {
    let count = [output != nil, inPlace, suffix != nil].count { $0 }
    guard count == 1 else {
      throw ValidationError("say where to write: one of --output, --in-place and --suffix")
    }
    if let suffix, suffix.isEmpty || suffix.contains("/") {
      throw ValidationError("--suffix must be part of a file name")
    }
  }

  /// Where converted modules go, or what is made from them.
  func destination(_ form: ModpostJob.Form?) -> ConvertDestination {
    if let suffix { return .beside(suffix: suffix) }
    guard let output else { return .inPlace }
    if output == "-" { return .standardOutput }
    return PathKind(output) == .directory
      ? .directory(output, extension: form?.rawValue) : .file(output)
  }
}

/// What becomes of a signature.
struct SignatureOptions: ParsableArguments {
  @Flag(name: .customLong("drop-signature"), help: "Take the signature off a signed module.")
  var drop = false

  @Option(
    name: .customLong("sign"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Sign as the kernel's sign-file does: private key (PEM) and certificate (PEM or DER). "
        + "KBUILD_SIGN_PIN may hold the key's passphrase.", valueName: "key cert"),
    completion: .file())
  var sign: [String] = []

  @Option(
    help: ArgumentHelp(
      "Digest to sign; without it that of the old signature, or sha256.",
      valueName: "name"))
  var hash: ModuleSigner.Hash?

  @Option(
    name: .customLong("signature-from"),
    help: ArgumentHelp(
      "Put this module's signature back, if it signs the result.", valueName: "original"),
    completion: .file())
  var original: String?

  /// Whether the signature is to become another, or go.
  var isAsked: Bool { drop || !sign.isEmpty || original != nil }

  func validate() throws {
    guard [drop, !sign.isEmpty, original != nil].count(where: { $0 }) <= 1 else {
      throw ValidationError("--drop-signature, --sign and --signature-from exclude one another")
    }
    if sign.count == 1 { throw ValidationError("--sign takes a key and a certificate") }
    if hash != nil, sign.isEmpty { throw ValidationError("--hash needs --sign") }
  }

  /// What follows key and certificate: modules.
  var modules: [String] { Array(sign.dropFirst(2)) }

  /// Reads keys or the original.
  func read(limit: Int) throws -> ConversionRequest.Signature {
    if drop { return .dropped }
    var buffer = FileBuffer(limit: limit)
    if let original {
      try buffer.open(original)
      return .restored(from: try SignedOriginal(try buffer.source.all()))
    }
    guard sign.count >= 2 else { return .refused }
    try buffer.open(sign[0])
    let key = try buffer.source.all().array
    try buffer.open(sign[1])
    let passphrase = Terminal.variable("KBUILD_SIGN_PIN")
    return .signed(
      try ModuleSigner(
        key: key, certificate: try buffer.source.all().array,
        hash: hash, passphrase: passphrase))
  }
}

/// Which CRCs to put in.
struct RetargetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Put in the CRCs of this kernel, or of this Module.symvers.", valueName: "kernel"),
    completion: .file())
  var crcs: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Change these symbols only.", valueName: "symbol"))
  var only: [String] = []

  @Flag(name: .customLong("add-missing"), help: "Add versions of needed symbols that have none.")
  var addMissing = false

  @Flag(help: "Remove versions of symbols that the module does not need.")
  var prune = false

  func validate() throws {
    if crcs == nil, !only.isEmpty || addMissing || prune {
      throw ValidationError("--only, --add-missing and --prune need --crcs")
    }
  }

  /// Whether a word after --only is no symbol, but a module.
  static func isPath(_ word: String) -> Bool {
    word == "-" || word.contains("/") || ModulePaths.isModuleName(word)
  }

  /// Modules that were given after --only.
  var modules: [String] { only.filter(RetargetOptions.isPath) }

  /// Names after --only, separated by blanks or commas.
  var symbols: [String] {
    only.filter { !RetargetOptions.isPath($0) }.flatMap {
      $0.split(separator: ",").map(String.init)
    }
  }
}
