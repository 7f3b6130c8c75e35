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
  /// - Returns: The module, and what became of its tables.
  /// - Throws: ``ConversionError``.
  package static func convert(
    _ file: RawSpan, _ request: ConversionRequest
  ) throws(ConversionError) -> ConvertedModule {
    var bytes: [UInt8] = []
    return try convert(file, request, into: &bytes)
  }

  /// As ``convert(_:_:)``; the result is also in `bytes`, whose memory is used again if no copy of
  /// the result is kept.
  package static func convert(
    _ file: RawSpan, _ request: ConversionRequest, into bytes: inout [UInt8]
  ) throws(ConversionError) -> ConvertedModule {
    let parts = try SignedBytes(file)
    guard let module = file.slice(0..<parts.moduleSize) else { throw .badSignature }
    var notices: [ConvertedModule.Notice] = []
    let source = ByteSource(module)
    let elf: ELFFile
    do { elf = try ELFFile(source) } catch { throw .malformed(error) }
    var tables = try PresentTables(elf)
    let before = tables.layouts
    let target = request.target ?? ConversionRequest.Target(keeping: before)
    if tables.sections.isEmpty, target != .none, request.retargeting?.addsMissing != true {
      throw .noVersions
    }
    var list = tables.list
    if let retargeting = request.retargeting {
      notices += try retargeting.apply(to: &list, of: elf)
      tables.disagree = false
    }
    if tables.disagree, target != .none { throw .tablesDisagree }
    let contents = try self.contents(of: list, target, elf, request, &notices)
    if before.contains(where: { $0 != .extended }), contents[.versions] == nil {
      notices.append(.releaseCounts)
    }
    var edit = TableEdit(elf, tables.sections, contents)
    try edit.apply(to: module, into: &bytes)
    let isChanged = edit.isChanged
    let isSigned = try sign(&bytes, parts, file, isChanged, request, &notices)
    return ConvertedModule(
      bytes: bytes, isChanged: isChanged || isSigned != parts.isSigned, before: before,
      after: target.layouts, count: list.rows.count, isSigned: isSigned, notices: notices)
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
        notices.append(.leftOut(long))
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

  /// Does with the signature what was asked for.
  ///
  /// - Returns: Whether the module is signed now.
  private static func sign(
    _ bytes: inout [UInt8], _ parts: SignedBytes, _ file: RawSpan, _ isChanged: Bool,
    _ request: ConversionRequest, _ notices: inout [ConvertedModule.Notice]
  ) throws(ConversionError) -> Bool {
    switch request.signature {
    case .refused:
      guard parts.isSigned else { return false }
      guard !isChanged else { throw .signed }
      // Nothing changed: the signature stays good.
      if let trailer = file.suffix(from: parts.moduleSize) {
        bytes.append(contentsOf: trailer.array)
      }
      return true
    case .dropped:
      if parts.isSigned { notices.append(.signatureDropped) }
      return false
    case .signed(let signer):
      var old = RawSpan()
      if let trailer = file.suffix(from: parts.moduleSize) { old = trailer }
      bytes += try signer.trailer(for: bytes.rawSpan, replacing: old)
      return true
    case .restored(let original):
      bytes += try original.trailer(for: bytes.rawSpan)
      return true
    }
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
