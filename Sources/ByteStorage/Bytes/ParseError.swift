/// Why and where bytes are not what a format says they must be. Holds no heap storage, so that a
/// failing path allocates nothing. The path of the file is added once, at the boundary, by
/// ``FileError``.
package struct ParseError: Error, Sendable, Hashable {
  package enum Reason: Sendable, Hashable {
    case truncated(needed: UInt64, available: UInt64)
    case unterminatedString
    case badMagic
    case badValue(UInt64)
    /// The value is legal, but not supported here.
    case unsupported(UInt64)
    case missing
    /// The section has a size and no bytes in the file, as in files of debug information alone.
    case withoutBytes
  }

  package let reason: Reason
  /// The part of the format: a section or structure name, such as `Elf64_Shdr`.
  package let region: StaticString
  /// Offset of the problem in bytes from the start of the (decompressed) file.
  package let offset: Int

  package init(_ reason: Reason, in region: StaticString, at offset: Int) {
    self.reason = reason
    self.region = region
    self.offset = offset
  }

  package static func == (left: ParseError, right: ParseError) -> Bool {
    left.reason == right.reason && left.offset == right.offset
      && left.region.description == right.region.description
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(reason)
    hasher.combine(offset)
  }
}

extension ParseError: CustomStringConvertible {
  package var description: String {
    let place = "\(region) at 0x\(String(offset, radix: 16))"
    switch reason {
    case .truncated(let needed, let available):
      return "\(place): needs \(needed) bytes, \(available) are there"
    case .unterminatedString: return "\(place): string without a NUL"
    case .badMagic: return "\(place): not in this format"
    case .badValue(let value): return "\(place): impossible value 0x\(String(value, radix: 16))"
    case .unsupported(let value):
      return "\(place): value 0x\(String(value, radix: 16)) is not supported"
    case .missing: return "\(place): missing"
    case .withoutBytes:
      return
        "\(region): without bytes in the file, as in one of debug information alone: take the module or kernel "
        + "itself"
    }
  }
}

/// An error about one file, with its path.
package struct FileError: Error, Sendable {
  package enum Cause: Sendable {
    case system(operation: StaticString, errno: Int32)
    /// Not a regular file (a directory, FIFO, socket or device).
    case notRegular(String)
    /// A compressed stream is damaged; the codec's own words.
    case damaged(CompressionFormat, String)
    /// The (decompressed) content exceeds the limit, in bytes.
    case tooLarge(limit: Int)
    case malformed(ParseError)
    /// Not a kind of file that can answer; what was expected.
    case notSuitable(String)
  }

  /// Path as the user gave or the walk found it; `-` is standard input.
  package let path: String
  package let cause: Cause

  package init(path: String, cause: Cause) {
    self.path = path
    self.cause = cause
  }

  /// A text in UTF-16, as PowerShell redirects output to files.
  package static func inUTF16(_ path: String) -> FileError {
    FileError(path: path, cause: .notSuitable(wordsForUTF16))
  }

  /// What a text in UTF-16 is, and what converts it.
  package static let wordsForUTF16 =
    "a text in UTF-16: convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)"
}

extension FileError: CustomStringConvertible {
  package var description: String {
    switch cause {
    case .system(let operation, let errno):
      return "\(path): cannot \(operation): \(systemMessage(errno))"
    case .notRegular(let kind): return "\(path): is \(kind), not a regular file"
    case .damaged(let format, let words):
      return "\(path): damaged \(format.rawValue) data: \(words)"
    case .tooLarge(let limit): return "\(path): larger than the limit of \(limit) bytes"
    case .malformed(let error): return "\(path): \(error)"
    case .notSuitable(let words): return "\(path): \(words)"
    }
  }
}
