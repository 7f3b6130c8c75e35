internal import ByteStorage
internal import ELFFormat
internal import ModuleFiles
internal import ModuleVersions
internal import SymbolNames

/// A module's file.
///
/// ```swift
/// for version in try Module(at: "driver.ko.xz").versions {
///   print(version.name, version.crc, version.layouts)
/// }
/// ```
public struct Module: Sendable {
  /// The path of the file.
  public let path: String
  /// The bytes of the module, unpacked, with its signature if it has one.
  public let bytes: [UInt8]

  /// Reads a module, compressed or not.
  ///
  /// - Throws: ``KernelSymbolsError`` if the file cannot be read, or is not a module.
  public init(at path: String) throws(KernelSymbolsError) {
    var file = FileBuffer()
    do throws(FileError) {
      try file.open(path)
      do throws(ParseError) {
        let source = file.source
        guard try ModuleFile(source).elf.header.type == .relocatable else {
          throw ParseError(.missing, in: "relocatable ELF file", at: 0)
        }
        self.path = path
        bytes = try source.all().array
      } catch { throw FileError(path: path, cause: .malformed(error)) }
    } catch { throw KernelSymbolsError(error) }
  }

  /// Takes the bytes of a module.
  ///
  /// - Throws: ``KernelSymbolsError`` `.malformed` if they are not a module.
  public init(bytes: [UInt8], path: String = "-") throws(KernelSymbolsError) {
    self.path = path
    self.bytes = bytes
    _ = try read { (module) throws(ParseError) in module.elf.header.type }
  }

  /// The module's name, as the kernel shows it; from its path if the file does not hold it.
  public var name: String {
    (try? read { (module) throws(ParseError) in try module.name() } ?? nil)
      ?? ModulePaths.moduleName(ofFile: path)
  }

  /// The value of a key of `.modinfo` (`license`, `vermagic`, `import_ns` …); the first, if several are
  /// there.
  public func information(_ key: String) -> String? {
    var found: String?
    try? read { (module) throws(ParseError) in
      try module.info()?.forEachPair { name, value in
        if found == nil, name.text == key { found = value.text }
      }
    }
    return found
  }

  /// The versions that the module requires, in the order of its tables.
  ///
  /// - Throws: ``KernelSymbolsError`` `.malformed` if a table is outside of the file.
  public var versions: [SymbolVersion] {
    get throws(KernelSymbolsError) {
      try read { (module) throws(ParseError) in
        var order: [[UInt8]] = []
        var found: [[UInt8]: (crc: UInt32, layouts: [VersionLayout])] = [:]
        try module.versions().forEach { layout, record in
          let name =
            record.digest.map { Array("sha256:\($0.hexadecimal)".utf8) } ?? record.name.array
          let crc = UInt32(truncatingIfNeeded: record.crc)
          if found[name] == nil { order.append(name) }
          found[name, default: (crc, [])].layouts.append(VersionLayout(rawValue: layout.rawValue))
        }
        return order.compactMap { name in
          found[name].map {
            SymbolVersion(name: SymbolName(.init(name)), crc: $0.crc, layouts: $0.layouts)
          }
        }
      }
    }
  }

  /// The symbols that the module exports.
  ///
  /// - Throws: ``KernelSymbolsError`` `.malformed` if a table is outside of the file.
  public var exports: [Export] {
    get throws(KernelSymbolsError) {
      Export.all(in: try read { (module) throws(ParseError) in try module.exports(ofFile: path) })
    }
  }

  /// Gives every version record of every table, without an allocation for each.
  ///
  /// - Parameter body: Takes the layout, the name (valid during the call) and the version.
  /// - Throws: ``KernelSymbolsError`` `.malformed` if a table is outside of the file.
  public func forEachVersion(
    _ body: (_ layout: VersionLayout, _ name: RawSpan, _ crc: UInt32) -> Void
  ) throws(KernelSymbolsError) {
    try read { (module) throws(ParseError) in
      try module.versions().forEach { layout, record in
        body(
          VersionLayout(rawValue: layout.rawValue), record.name,
          UInt32(truncatingIfNeeded: record.crc))
      }
    }
  }

  /// Writes the module, so that readers see the old file or the new one, never a part.
  ///
  /// - Throws: ``KernelSymbolsError`` `.unwritable`.
  public func write(to path: String) throws(KernelSymbolsError) {
    do throws(FileError) { try AtomicFile.write(bytes, to: path) } catch {
      throw KernelSymbolsError(error, writing: true)
    }
  }

  /// Asks the parsed module.
  private func read<Result>(
    _ body: (borrowing ModuleFile) throws(ParseError) -> Result
  ) throws(KernelSymbolsError) -> Result {
    do throws(ParseError) { return try body(ModuleFile(ByteSource(bytes.rawSpan))) } catch {
      throw KernelSymbolsError(FileError(path: path, cause: .malformed(error)))
    }
  }
}
