internal import ByteStorage
internal import KernelReleases
internal import Kernels
internal import Livepatching
internal import ModuleVersions

extension Resolution {
  /// An export that was found.
  struct Found {
    let crc: UInt32?
    let licence: ExportLicence
    let namespace: String
    /// The exporting module, `nil` for vmlinux.
    let owner: Int?

    init(_ row: ExportTable.Row, in table: ExportTable, owner: Int?) {
      crc = row.hasCRC ? row.crc : nil
      licence = row.licence
      namespace = table.bytes(row.namespace).logText
      self.owner = owner
    }
  }

  /// `find_symbol`: vmlinux, then the loaded modules, newest first. Exports for GPL-compatible
  /// modules are invisible to others.
  ///
  /// - Returns: The export that the module sees, or else the first that is hidden from it.
  mutating func find(_ name: RawSpan) -> (visible: Found?, hidden: Found?) {
    var hidden: Found?
    if let vmlinux = session.kernel.exports, let row = vmlinux.first(name) {
      let found = Found(vmlinux.table.rows[row], in: vmlinux.table, owner: nil)
      if !(isProprietary && found.licence.isGPLOnly) { return (found, nil) }
      hidden = found
    }
    for row in session.rows(of: name) {
      let owner = Int(session.exports.table.rows[row].owner)
      guard owner != number, isAvailable(owner) else { continue }
      let found = Found(session.exports.table.rows[row], in: session.exports.table, owner: owner)
      if !(isProprietary && found.licence.isGPLOnly) { return (found, nil) }
      hidden = hidden ?? found
    }
    return (nil, hidden)
  }

  /// Whether a module is loaded, or can be loaded on demand.
  private mutating func isAvailable(_ owner: Int) -> Bool {
    if isSurvey { return session.name(of: owner) != header.moduleName }
    if session.loaded.contains(owner) || closure.contains(owner) { return true }
    guard session.isOnDemand[owner], !session.inProgress.contains(owner),
      session.name(of: owner) != header.moduleName, let result = session.results[owner],
      result.verdict.answer == .loads
    else { return false }
    closure.formUnion(result.closure)
    return true
  }

  /// `inherit_taint`: whether the module may use what another exports.
  mutating func inherit(from owner: Int?, _ name: RawSpan) -> Bool {
    guard session.rules.has(.inheritsTaint), let owner,
      session.results[owner]?.isProprietary ?? false
    else { return true }
    let exporter = session.name(of: owner)
    let which = session.rules.has(.namesInheritedSymbol) ? "symbols \(name.logText)" : "symbols"
    if usesGPLOnly {
      verdict.log.say(
        "\(header.moduleName): module using GPL-only symbols uses \(which) from proprietary module "
          + "\(exporter).")
      return false
    }
    if !isProprietary {
      verdict.log.say(
        "\(header.moduleName): module uses \(which) from proprietary module \(exporter), inheriting "
          + "taint.")
      isProprietary = true
      inheritedFrom = owner
    }
    return true
  }

  /// Whether an Android kernel lets a module without a signature that counts use an export: one that is not
  /// protected, or of another such module.
  func mayUse(_ name: RawSpan, of owner: Int?) -> Bool {
    guard let protected = protectedSymbols, !protected.unprotected.isEmpty else { return true }
    if let owner, !session.modules[owner].module.isTrusted { return true }
    return protected.unprotected.contains(name.array)
  }

  /// The refusal of an export that an Android kernel keeps for its own modules.
  func protectedRefusal(_ name: RawSpan) -> Refusal? {
    guard let protected = protectedSymbols, !protected.unprotected.isEmpty,
      protected.exports.contains(name.array)
    else { return nil }
    var refusal = Refusal(
      .EACCES, "\(header.moduleName): exports protected symbol \(name.logText)")
    refusal.problem = SymbolProblem(
      name: name.logText, required: nil, provided: nil, provider: nil, problem: .protected)
    return refusal
  }

  private var protectedSymbols: ProtectedSymbols? {
    session.modules[number].module.isTrusted ? nil : session.kernel.protectedSymbols
  }

  /// `verify_namespace_is_imported`.
  mutating func importsNamespace(_ namespace: String, _ name: RawSpan) -> Bool {
    guard session.rules.has(.hasNamespaces), !namespace.isEmpty else { return true }
    if session.rules.has(.hasModuleNamespaces),
      ModuleNamespace.names(namespace, module: header.moduleName)
    {
      return true
    }
    if header.importedNamespaces.contains(namespace) { return true }
    verdict.log.say(
      "\(header.moduleName): module uses symbol (\(name.logText)) from namespace \(namespace), but does"
        + " not import it.")
    return session.settings.allowsMissingImports
  }
}
