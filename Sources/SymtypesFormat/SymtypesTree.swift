/// The symtypes of one object, or of all objects of a build. Numbers are those of the
/// ``SymtypesStore`` that it was read into.
package struct SymtypesTree: Sendable {
  /// A key and its text.
  package struct Record: Sendable, Hashable {
    package let key: UInt32
    package let text: UInt32

    init(key: Int, text: Int) {
      self.key = UInt32(truncatingIfNeeded: key)
      self.text = UInt32(truncatingIfNeeded: text)
    }
  }

  /// What was one plain file: the exports of an object, and the types that they reach.
  package struct File: Sendable {
    /// Relative to the directory of the build.
    package let path: [UInt8]
    /// By key.
    package let records: [Record]
    /// Keys of the exports, in the order of the text.
    package let exports: [UInt32]

    /// The text of a key; `nil` if the file does not have it.
    package func text(ofKey key: Int) -> Int? {
      var (low, high) = (0, records.count)
      while low < high {
        let middle = (low &+ high) / 2
        if Int(records[middle].key) < key { low = middle &+ 1 } else { high = middle }
      }
      guard low < records.count, Int(records[low].key) == key else { return nil }
      return Int(records[low].text)
    }
  }

  /// An export that an earlier file has too: the earlier one counts.
  package struct Duplicate: Sendable, Hashable {
    package let key: UInt32
    /// The line that has it again, from 1, in the text that was read.
    package let line: Int
    package let file: Int
    package let firstFile: Int
  }

  package internal(set) var files: [File] = []
  package internal(set) var duplicates: [Duplicate] = []
  /// The first file of each export.
  private var exportFiles: [UInt32: Int] = [:]

  package init() {}

  /// The index of the file whose text of an export counts; `nil` if no file has it.
  package func file(ofExport key: Int) -> Int? {
    UInt32(exactly: key).flatMap { exportFiles[$0] }
  }

  /// The keys of all exports, each once, in the order of the files.
  package var exports: [UInt32] {
    files.indices.flatMap { index in
      files[index].exports.filter { exportFiles[$0] == index }
    }
  }

  /// Whether an export of a list is known.
  func hasAny(_ exports: [UInt32]) -> Bool { exports.contains { exportFiles[$0] != nil } }

  mutating func add(_ file: File, lines: [UInt32: Int]) {
    let index = files.count
    for key in file.exports {
      if let first = exportFiles[key] {
        duplicates.append(
          Duplicate(key: key, line: lines[key] ?? 0, file: index, firstFile: first))
      } else {
        exportFiles[key] = index
      }
    }
    files.append(file)
  }
}
