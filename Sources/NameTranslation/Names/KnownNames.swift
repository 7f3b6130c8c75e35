package import ByteStorage
internal import NameTables
package import SymbolNames
internal import Synchronization

/// Names from files, name tables and texts that list them, found by their hashed names and forms. It
/// may be used by several threads.
package struct KnownNames: Sendable {
  private var dictionary = NameDictionary()
  private var tables: [(path: String, table: NameTable)] = []
  private let noted = Damages()

  /// What was found wrong with tables while they were used, on any thread.
  private final class Damages: Sendable {
    let first = Mutex<[String: ParseError]>([:])

    func note(_ path: String, _ error: ParseError) {
      first.withLock { $0[path] = $0[path] ?? error }
    }
  }

  /// Knows no names yet.
  package init() {}

  /// Adds the names of a file: a name table, or text that ``NameDictionary`` reads.
  /// `-` is standard input; `limit` is in bytes.
  ///
  /// - Throws: ``FileError`` if it cannot be read.
  package mutating func read(_ path: String, limit: Int) throws(FileError) {
    if try KnownNames.isTable(path) {
      tables.append((path, try NameTable(path)))
      return
    }
    var buffer = FileBuffer(limit: limit)
    try buffer.open(path)
    do throws(ParseError) {
      let text = try buffer.source.all()
      if !text.isUTF16 { return dictionary.insert(namesIn: text) }
    } catch { throw FileError(path: path, cause: .malformed(error)) }
    throw FileError.inUTF16(path)
  }

  /// What a translation looks names up in: the tables, then the names of all texts.
  package var directories: [any NameDirectory] {
    let tables: [any NameDirectory] = tables.map(\.table)
    return dictionary.count == 0 ? tables : tables + [NameList(dictionary.names)]
  }

  /// Notes that one of ``directories`` is damaged.
  package func noteDamage(_ directory: Int, _ error: ParseError) {
    if directory < tables.count { noted.note(tables[directory].path, error) }
  }

  /// The tables that turned out to be damaged, sorted by path, each with the first thing wrong.
  package var damages: [FileError] {
    noted.first.withLock { $0 }.sorted { $0.key < $1.key }
      .map { FileError(path: $0.key, cause: .malformed($0.value)) }
  }

  /// The linkage name that a hashed name means; `nil` also where a table is damaged, which is noted.
  package func name(for hashed: HashedName) -> [UInt8]? {
    for (path, table) in tables {
      do throws(ParseError) {
        if let record = try table.record(for: hashed) { return record.name.array }
      } catch { noted.note(path, error) }
    }
    return dictionary.name(for: hashed)
  }

  /// The linkage name that a key means, if the key is a hashed name (64 digits, or `sha256:…`) of one.
  package func linkageName(of key: String) -> String? {
    guard let hashed = HashedName(key), let name = name(for: hashed) else { return nil }
    return String(decoding: name, as: UTF8.self)
  }

  private static func isTable(_ path: String) throws(FileError) -> Bool {
    guard path != "-", PathKind(path) == .file else { return false }
    let file = try MappedFile(path)
    return NameTable.isRecognized(file.bytes)
  }
}
