internal import ByteStorage
internal import KernelReleases
internal import Livepatching
internal import ModuleVersions

/// The symbols of one module being resolved, after the modules that export them were loaded.
///
/// - Note: `simplify_symbols`, `resolve_symbol`, `inherit_taint` and `verify_exported_symbols` of
///   kernel/module/main.c, 7.2.
struct Resolution {
  let session: LoadSession
  let number: Int
  let header: ModuleHeader
  private let contents: ModuleContents
  private let later: LaterRefusals
  private let versions: VersionCheck

  let isSurvey: Bool

  /// What the kernel makes of the module so far.
  var verdict: Verdict
  /// Whether GPL-only exports are hidden from it: it may inherit that from a module it uses.
  var isProprietary: Bool
  /// The module that it has inherited that from.
  var inheritedFrom: Int?
  /// Modules that it made modprobe load, itself included.
  var closure: ModuleSet
  var usesGPLOnly = false

  /// Most log lines and symbols of one module to keep: a module may be made of unknown symbols.
  private static let mostLines = 100_000
  /// Most symbols to name of which depmod is wrong.
  private static let mostNamed = 1000
  /// Most bytes of their names.
  private static let mostNameBytes = 16 << 20
  private var nameBytes = 0

  /// With `isSurvey`, what modules export counts though they may be refused themselves.
  init(_ number: Int, in session: LoadSession, isSurvey: Bool = false) {
    self.isSurvey = isSurvey
    let checked = session.modules[number]
    self.session = session
    self.number = number
    header = checked.module.header
    contents = checked.module.contents
    later = checked.later
    versions = VersionCheck(settings: session.settings, module: header)
    verdict = checked.verdict
    isProprietary = header.isProprietary
    closure = ModuleSet(number)
  }

  /// Resolves all symbols; then come the relocations, the module's own exports and what is last.
  mutating func resolve() {
    let uses = contents.uses
    for use in uses.all { resolve(uses.name(of: use), use) }
    if isSurvey { return }
    if !verdict.isRefused, let refusal = relocationRefusal() { verdict.refuse(refusal) }
    if !verdict.isRefused, let refusal = later.architecture { verdict.refuse(refusal) }
    if !verdict.isRefused, let refusal = later.wildExport ?? duplicateRefusal() {
      verdict.refuse(refusal)
    }
    if !verdict.isRefused, let refusal = later.coming ?? later.types?.refusal {
      verdict.refuse(refusal)
    }
    if !verdict.isRefused {
      for line in (later.types?.lines ?? []) + later.lastLines { verdict.log.say(line) }
      if let last = later.last {
        verdict.refuse(last)
        if let assumption = later.lastAssumption { verdict.assumed.append(assumption) }
      }
    }
    verdict.cleanUp(later)
  }

  private mutating func resolve(_ name: RawSpan, _ use: SymbolUses.Use) {
    switch use.kind {
    case .common:
      if name.starts(with: "__gnu_lto") { return }
      verdict.refuse(Refusal(.ENOEXEC, "\(header.moduleName): please compile with -fno-common"))
      report(name, use, nil, .malformed)
    case .badSection:
      guard session.rules.has(.checksSymbolSections) else {
        let assumption = LoadAssumption(.sectionsBeyondTable)
        if Int(use.section) >= header.roomForSections, !verdict.assumed.contains(assumption) {
          verdict.assumed.append(assumption)
        }
        return
      }
      verdict.refuse(
        Refusal(
          .ENOEXEC,
          "\(header.moduleName): Symbol \(name.logText) has an invalid section index \(use.section)"
            + " (max \(header.sectionCount - 1))"))
      report(name, use, nil, .malformed)
    case .undefined, .weak: find(name, use)
    }
  }

  /// `resolve_symbol` and what `simplify_symbols` makes of its answer.
  private mutating func find(_ name: RawSpan, _ use: SymbolUses.Use) {
    let (visible, hidden) = find(name)
    guard let found = visible else {
      if use.kind == .weak || session.kernel.isIgnored(name) { return }
      fail(name, .ENOENT)
      report(name, use, hidden, hidden == nil ? .missing : .gplOnly)
      return
    }
    if found.licence.isGPLOnly { usesGPLOnly = true }
    guard inherit(from: found.owner, name) else {
      if use.kind == .weak { return }
      fail(name, .ENOENT)
      report(name, use, found, .proprietary)
      return
    }
    guard mayUse(name, of: found.owner) else {
      fail(name, .EACCES)
      report(name, use, found, .protected)
      return
    }
    guard versions.accepts(name.logText, required: use.version, provided: found.crc, &verdict.log)
    else {
      fail(name, .EINVAL)
      report(name, use, found, use.hasVersion ? .crc : .unversioned)
      return
    }
    guard importsNamespace(found.namespace, name) else {
      fail(name, .EINVAL)
      report(name, use, found, .namespace)
      return
    }
    if !use.isKnownToDepmod, found.crc ?? 0 != 0, use.kind == .undefined,
      verdict.depmodErrs.count < Resolution.mostNamed
    {
      verdict.depmodErrs.append(name.logText)
    }
    if session.reportsAllSymbols { report(name, use, found, nil) }
  }

  private mutating func fail(_ name: RawSpan, _ errno: LoadErrno) {
    nameBytes += name.byteCount
    guard verdict.log.lines.count < Resolution.mostLines, nameBytes < Resolution.mostNameBytes
    else {
      verdict.refuse(Refusal(errno))
      return
    }
    let isHidden = errno == .ENOENT && !session.rules.has(.showsUnknownSymbolError)
    verdict.refuse(
      Refusal(
        errno,
        "\(header.moduleName): \(errno == .EACCES ? "Protected symbol:" : "Unknown symbol") \(name.logText) (err \(isHidden ? 0 : -errno.rawValue))"
      )
    )
  }

  private mutating func report(
    _ name: RawSpan, _ use: SymbolUses.Use, _ found: Found?, _ problem: SymbolProblem.Kind?
  ) {
    guard verdict.problems.count < Resolution.mostLines, nameBytes < Resolution.mostNameBytes else {
      return
    }
    verdict.problems.append(
      SymbolProblem(
        name: name.logText, required: use.version, provided: found?.crc,
        provider: found.map { $0.owner.map(session.name) ?? "vmlinux" }, problem: problem))
  }

  /// `apply_relocations`: what stops first, the architecture's code or the livepatch core's names.
  private mutating func relocationRefusal() -> Refusal? {
    var stop = later.relocation
    var errno = LoadErrno.ENOEXEC
    if let patch = contents.livepatch, let livepatches = session.livepatches {
      let answer = LivepatchJudge(patch, livepatches).load()
      if answer.isUndecided { verdict.assumed.append(LoadAssumption(.kernelSymbolsUnknown)) }
      if let refusal = answer.refusal, refusal.section < stop?.section ?? .max {
        (stop, errno) = (refusal, .EINVAL)
      }
      for section in patch.sections
      where section.isApplied && section.name?.object == "vmlinux"
        && section.index < stop?.section ?? .max
      {
        guard let refusal = later.livepatchRelocations.first(where: { $0.section == section.index })
        else { continue }
        (stop, errno) = (refusal, .ENOEXEC)
      }
    }
    return stop.map { stop in
      var refusal = Refusal(errno, stop.line)
      if let line = stop.secondLine { refusal.lines.append(line) }
      return refusal
    }
  }

  /// `verify_exported_symbols`: the first export that another owner has is reported.
  private func duplicateRefusal() -> Refusal? {
    guard let vmlinux = session.kernel.exports else { return nil }
    let own = contents.exports
    for row in own.rows {
      let name = own.bytes(row.name)
      if let refusal = protectedRefusal(name) { return refusal }
      // Module.symvers lists what modules export, too, this one among them.
      let isOfKernel = vmlinux.first(name).map { row in
        let table = vmlinux.table
        return table.owners[Int(table.rows[row].owner)] == "vmlinux"
      }
      let owner =
        isOfKernel == true
        ? "kernel"
        : session.rows(of: name).map { Int(session.exports.table.rows[$0].owner) }
          .first { $0 != number && (session.loaded.contains($0) || closure.contains($0)) }
          .map(session.name)
      guard let owner else { continue }
      var refusal = Refusal(
        .ENOEXEC,
        "\(header.moduleName): exports duplicate symbol \(name.logText) (owned by \(owner))")
      refusal.problem = SymbolProblem(
        name: name.logText, required: nil, provided: nil,
        provider: isOfKernel == true ? "vmlinux" : owner, problem: .duplicateExport)
      return refusal
    }
    return nil
  }
}
