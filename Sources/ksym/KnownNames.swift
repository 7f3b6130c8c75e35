internal import ByteStorage
internal import ModuleVersions
internal import NameTables

/// Names that the user gave in files, to be found by their digests.
struct KnownNames: Sendable {
  private var dictionary = NameDictionary()
  private var tables: [NameTable] = []

  /// Reads a file: a name table, or text that ``NameDictionary`` reads.
  ///
  /// - Returns: `false` if it cannot be read; standard error says why.
  mutating func read(_ path: String, limit: Int) -> Bool {
    do {
      if try KnownNames.isTable(path) {
        tables.append(try NameTable(path))
        return true
      }
      var buffer = FileBuffer(limit: limit)
      try buffer.open(path)
      dictionary.insert(namesIn: try buffer.source.all())
      return true
    } catch let error as ParseError {
      Terminal.complain("\(path): \(error)")
    } catch {
      Terminal.complain("\(error)")
    }
    return false
  }

  /// The name with a digest; `nil` also where a table is damaged.
  func name(for digest: SHA256Digest) -> [UInt8]? {
    for table in tables {
      do throws(ParseError) {
        if let record = try table.record(for: digest) { return record.name.array }
      } catch { continue }
    }
    return dictionary.name(for: digest)
  }

  /// The name that a key stands for, if the key is a digest (64 digits, or `sha256:…`) of one.
  func linkageName(of key: String) -> String? {
    guard let digest = SHA256Digest(hexadecimal: key), let name = name(for: digest) else {
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
