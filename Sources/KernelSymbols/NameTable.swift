internal import ByteStorage
internal import NameTables
internal import NameTranslation
internal import SymbolNames

/// A name table: a file with the names of any number of kernels, found by digest, source or readable
/// name. `ksym table build` makes one.
///
/// The file is mapped; opening it costs the same for ten names and ten million. A table may be shared
/// by threads.
public struct NameTable: Sendable {
  let table: NameTables.NameTable
  /// The path of the file.
  public let path: String

  /// Opens a table.
  ///
  /// - Throws: ``KernelSymbolsError`` if the file cannot be read, or is not a name table.
  public init(at path: String) throws(KernelSymbolsError) {
    self.path = path
    do throws(FileError) { table = try NameTables.NameTable(path) } catch {
      throw KernelSymbolsError(error)
    }
  }

  /// Number of names.
  public var count: Int { table.count }

  /// The name with a digest (64 hexadecimal digits); `nil` if the table does not have it.
  ///
  /// - Throws: ``KernelSymbolsError`` `.malformed` if the table is damaged.
  public func name(hashed digits: String) throws(KernelSymbolsError) -> SymbolName? {
    guard let hashed = HashedName(digits) else { return nil }
    do throws(ParseError) {
      guard let record = try table.record(for: hashed) else { return nil }
      return SymbolName(.init(record.name.array))
    } catch { throw KernelSymbolsError(FileError(path: path, cause: .malformed(error))) }
  }

  /// The names with a source or readable form, in bytewise order.
  ///
  /// - Throws: ``KernelSymbolsError`` `.malformed` if the table is damaged.
  public func names(for form: String) throws(KernelSymbolsError) -> [SymbolName] {
    do throws(ParseError) {
      return try table.linkageNames(for: Array(form.utf8).rawSpan, owner: nil).map {
        SymbolName(.init($0))
      }
    } catch { throw KernelSymbolsError(FileError(path: path, cause: .malformed(error))) }
  }
}
