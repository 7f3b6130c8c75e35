internal import ByteStorage

/// Why symtypes text cannot be read, and the line that says so.
package struct SymtypesError: Error, Sendable, Hashable {
  package enum Reason: Sendable, Hashable {
    /// A line without a word.
    case noKey
    case duplicateKey([UInt8])
    /// A text refers to a type that the file does not have.
    case unknownType([UInt8])
    /// Words after a key of the form `s##name`.
    case wordsAfterDeclaration
    /// The first line is not that of a consolidated file.
    case invalidHeader
    /// A consolidated file where a plain one is wanted.
    case consolidated
    case duplicatePath([UInt8])
    /// An ELF file.
    case object
    /// A control character.
    case notText(UInt8)
    /// A line that neither genksyms nor gendwarfksyms writes.
    case notSymtypes
    /// Sections of a consolidated file stand for more records than are kept.
    case tooManyRecords
    /// More than 4 GiB of distinct text.
    case tooLarge
  }

  package let reason: Reason
  /// From 1; 0 if no line is at fault.
  package let line: Int
  /// The line as read, without its end.
  package let content: [UInt8]

  init(_ reason: Reason, line: Int = 0, content: [UInt8] = []) {
    self.reason = reason
    self.line = line
    self.content = content
  }
}
