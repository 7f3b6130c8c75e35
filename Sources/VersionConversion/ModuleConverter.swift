internal import ByteStorage
internal import ELFFormat
internal import ModuleFiles
internal import ModuleVersions

/// Converts the version tables of modules.
package enum ModuleConverter {
  /// Converts a module.
  ///
  /// Only what must change does: where the tables are already as asked for, the bytes stay.
  ///
  /// - Parameters:
  ///   - file: The module, unpacked, with its signature if it has one.
  ///   - request: What to make of it.
  ///   - memory: An array whose memory serves the result; what it holds goes.
  /// - Returns: The module, and what became of its tables.
  /// - Throws: ``ConversionError``.
  package static func convert(
    _ file: RawSpan, _ request: ConversionRequest, reusing memory: consuming [UInt8] = []
  ) throws(ConversionError) -> ConvertedModule {
    let parts = try SignedBytes(file)
    var notices: [ConvertedModule.Notice] = []
    let elf: ELFFile
    do { elf = try ELFFile(ByteSource(parts.module)) } catch { throw .malformed(error) }
    // What is only removed need not be read.
    var tables = try PresentTables(
      elf, areRemoved: request.target == ConversionRequest.Target.none && request.retargeting == nil
    )
    let before = tables.layouts
    // Where only the signature is in question, tables stay as they are, whatever is wrong with them.
    let isSignatureOnly = request.target == nil && request.retargeting == nil
    var (after, count) = (before, tables.list.rows.count)
    var isChanged = false
    if isSignatureOnly {
      memory = parts.module.array
    } else {
      (after, count, isChanged) = try rewrite(
        &tables, of: elf, parts.module, request, into: &memory, &notices)
    }
    let isSigned = try sign(&memory, as: request.signature, formerly: parts, isChanged: isChanged)
    if parts.isSigned, case .dropped = request.signature {
      notices.append(.init(.signatureDropped))
    }
    return ConvertedModule(
      bytes: memory, isChanged: isChanged || !memory.rawSpan.equals(file), before: before,
      after: after, count: count, isSigned: isSigned, notices: notices)
  }

  /// Writes the module with the tables that it is to have.
  ///
  /// - Returns: Their layouts, the number of versions, and whether anything changed.
  private static func rewrite(
    _ tables: inout PresentTables, of elf: ELFFile, _ module: RawSpan,
    _ request: ConversionRequest, into memory: inout [UInt8],
    _ notices: inout [ConvertedModule.Notice]
  ) throws(ConversionError) -> (after: [VersionLayout], count: Int, isChanged: Bool) {
    let target = request.target ?? ConversionRequest.Target(keeping: tables.layouts)
    if tables.sections.isEmpty, target != .none, request.retargeting?.addsMissing != true {
      throw .noVersions
    }
    var list = tables.list
    if let retargeting = request.retargeting {
      notices += try retargeting.apply(to: &list, of: elf)
    }
    if target != .none, !isDecided(tables, list, request.retargeting) { throw .tablesDisagree }
    let contents = try self.contents(of: list, target, elf, request, &notices)
    if tables.layouts.contains(where: { $0 != .extended }), contents[.versions] == nil {
      notices.append(.init(.releaseCounts))
    }
    var edit = TableEdit(elf, tables.sections, contents)
    try edit.apply(to: module, into: &memory)
    var count = target == .none ? 0 : list.rows.count
    if target == .basic { count -= list.tooLong(elf.layout).count }
    return (target.layouts, count, edit.isChanged)
  }

  /// Whether of each name on which two tables disagree the version comes from elsewhere, or goes.
  private static func isDecided(
    _ tables: PresentTables, _ list: VersionList, _ retargeting: Retargeting?
  ) -> Bool {
    if !tables.disagree { return true }
    guard let retargeting else { return false }
    let (before, after) = (tables.list.names, list.names)
    return tables.disagreement.allSatisfy { name in
      after.contains(name) ? retargeting.decides(name.rawSpan) : before.contains(name)
    }
  }

  /// The content of each table that the module is to have.
  private static func contents(
    of list: VersionList, _ target: ConversionRequest.Target, _ elf: borrowing ELFFile,
    _ request: ConversionRequest, _ notices: inout [ConvertedModule.Notice]
  ) throws(ConversionError) -> [TableRole: [UInt8]] {
    let layout = elf.layout
    switch target {
    case .none: return [:]
    case .basic:
      let long = list.tooLong(layout).map { list.text($0) }
      if !long.isEmpty {
        guard request.dropsUnrepresentable else {
          throw .unrepresentable(names: long, longest: BasicVersions.longestName(layout))
        }
        notices.append(.init(.leftOut, long))
      }
      return [.versions: list.basicTable(layout, longNames: .leftOut)]
    case .hashed: return [.versions: list.basicTable(layout, longNames: .hashed)]
    case .packed: return [.versions: list.packedTable(layout)]
    case .extended, .both:
      guard !list.rows.isEmpty else { throw .noVersions }
      var contents: [TableRole: [UInt8]] = [
        .crcs: list.extendedCRCs(layout), .names: list.extendedNames(),
      ]
      if target == .both { contents[.versions] = list.basicTable(layout, longNames: .leftOut) }
      return contents
    }
  }

  /// Appends the signature that was asked for to a module.
  ///
  /// - Returns: Whether the module is signed now.
  private static func sign(
    _ bytes: inout [UInt8], as choice: ConversionRequest.Signature,
    formerly parts: borrowing SignedBytes, isChanged: Bool
  ) throws(ConversionError) -> Bool {
    switch choice {
    case .refused:
      guard parts.isSigned else { return false }
      guard !isChanged else { throw .signed }
      // Nothing changed: the signature stays good.
      bytes += parts.signature.array
    case .dropped: return false
    case .signed(let signer):
      bytes += try signer.trailer(for: bytes.rawSpan, replacing: parts.signature)
    case .restored(let original):
      bytes += try original.trailer(for: bytes.rawSpan)
    }
    return true
  }
}

extension ConversionRequest.Target {
  /// The target that keeps the layouts of a module.
  init(keeping layouts: [VersionLayout]) {
    if layouts.contains(.extended) {
      self = layouts.count > 1 ? .both : .extended
    } else if layouts.contains(.packed) {
      self = .packed
    } else if layouts.contains(.hashed) {
      self = .hashed
    } else {
      self = .basic
    }
  }

  /// The layouts of a module so converted.
  var layouts: [VersionLayout] {
    switch self {
    case .basic: [.basic]
    case .extended: [.extended]
    case .both: [.basic, .extended]
    case .packed: [.packed]
    case .hashed: [.basic, .hashed]
    case .none: []
    }
  }
}
