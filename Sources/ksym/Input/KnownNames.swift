internal import ByteStorage
internal import ModuleVersions
internal import NameTables
internal import NameTranslation
internal import SymbolNames
internal import Synchronization

/// Names that the user gave in files, to be found by their digests and forms.
struct KnownNames: Sendable {
  private var dictionary = NameDictionary()
  private var tables: [(path: String, table: NameTable)] = []
  private let damages = Damages()

  /// What was found wrong with tables while they were used, on any thread.
  private final class Damages: Sendable {
    let first = Mutex<[String: ParseError]>([:])

    func note(_ path: String, _ error: ParseError) {
      first.withLock { $0[path] = $0[path] ?? error }
    }
  }

  /// Reads a file: a name table, or text that ``NameDictionary`` reads.
  ///
  /// - Returns: `false` if it cannot be read; standard error says why.
  mutating func read(_ path: String, limit: Int) -> Bool {
    do {
      if try KnownNames.isTable(path) {
        tables.append((path, try NameTable(path)))
        return true
      }
      var buffer = FileBuffer(limit: limit)
      try buffer.open(path)
      dictionary.insert(namesIn: try buffer.source.all())
      return true
    } catch let error as ParseError {
      Terminal.complain("\(path): \(error)")
    } catch {
      Terminal.complain(error.explained)
    }
    return false
  }

  /// What a translation looks names up in: the tables, then the names of all lists.
  var directories: [any NameDirectory] {
    let tables: [any NameDirectory] = tables.map(\.table)
    return dictionary.count == 0 ? tables : tables + [NameList(dictionary.names)]
  }

  /// Notes that one of ``directories`` is damaged.
  func noteDamage(_ directory: Int, _ error: ParseError) {
    if directory < tables.count { damages.note(tables[directory].path, error) }
  }

  /// Says on standard error which tables turned out to be damaged.
  ///
  /// - Returns: Whether there are any.
  func complainOfDamage() -> Bool {
    let damages = damages.first.withLock { $0 }
    for (path, error) in damages.sorted(by: { $0.key < $1.key }) {
      Terminal.complain("\(path): \(error); its names are left out (ksym table check)")
    }
    return !damages.isEmpty
  }

  /// The name with a digest; `nil` also where a table is damaged, which is noted.
  func name(for digest: HashedName) -> [UInt8]? {
    for (path, table) in tables {
      do throws(ParseError) {
        if let record = try table.record(for: digest) { return record.name.array }
      } catch { damages.note(path, error) }
    }
    return dictionary.name(for: digest)
  }

  /// The name that a key stands for, if the key is a digest (64 digits, or `sha256:…`) of one.
  func linkageName(of key: String) -> String? {
    guard let digest = HashedName(key), let name = name(for: digest) else {
      return nil
    }
    return String(decoding: name, as: UTF8.self)
  }

  private static func isTable(_ path: String) throws -> Bool {
    guard path != "-", PathKind(path) == .file else { return false }
    let file = try MappedFile(path)
    return NameTable.isRecognized(file.bytes)
  }
}
