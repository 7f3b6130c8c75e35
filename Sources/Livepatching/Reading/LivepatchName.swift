internal import ByteStorage

/// A symbol of the running kernel as a livepatch names it: `.klp.sym.OBJECT.NAME,POSITION`.
///
/// - Note: kernel/livepatch/core.c, `klp_resolve_symbols`: `.klp.sym.%55[^.].%511[^,],%lu`, with
///   `vsscanf` of lib/vsprintf.c: sets take at least one character, blanks before a number are
///   skipped, what follows it is ignored, and numbers too large are the largest (seen on 7.3; older
///   releases wrap).
package struct LivepatchSymbolName: Sendable, Hashable {
  /// `vmlinux` or a module.
  package let object: String
  /// The name within the object.
  package let name: String
  /// Which of the symbols of this name, counted from 1; 0 for the only one.
  package let position: UInt64

  /// Reads a name as the kernel does; `nil` where it says that the name is incorrectly formatted.
  package init?(parsing text: RawSpan, longestName: Int = 511) {
    guard text.starts(with: ".klp.sym."),
      let object = text.field(
        from: 9, until: UInt8(ascii: "."), width: LivepatchRules.longestModuleName),
      text.byte(at: object.upperBound) == UInt8(ascii: "."),
      let name = text.field(
        from: object.upperBound + 1, until: UInt8(ascii: ","), width: longestName),
      text.byte(at: name.upperBound) == UInt8(ascii: ","),
      let position = text.number(from: name.upperBound + 1)
    else { return nil }
    self.object = text.slice(object)?.text ?? ""
    self.name = text.slice(name)?.text ?? ""
    self.position = position
  }

  /// Creates a name.
  package init(object: String, name: String, position: UInt64) {
    self.object = object
    self.name = name
    self.position = position
  }

  /// The name as a symbol table has it.
  package var text: String { ".klp.sym.\(object).\(name),\(position)" }
}

/// The name of a section with relocations for the livepatch core: `.klp.rela.OBJECT.SECTION`.
///
/// - Note: kernel/livepatch/core.c, `klp_write_section_relocs`: `.klp.rela.%55[^.]`; what follows the
///   object is not looked at.
package struct LivepatchSectionName: Sendable, Hashable {
  /// `vmlinux` or a module: the first 55 characters.
  package let object: String
  /// What follows the object: `..text` as klp-build writes it, else `.text`.
  package let rest: String

  /// Reads a name as the kernel does; `nil` where it says that it is incorrectly formatted.
  package init?(parsing text: RawSpan) {
    guard text.starts(with: ".klp.rela."),
      let object = text.field(
        from: 10, until: UInt8(ascii: "."), width: LivepatchRules.longestModuleName)
    else { return nil }
    self.object = text.slice(object)?.text ?? ""
    rest = text.suffix(from: object.upperBound)?.text ?? ""
  }
}

extension RawSpan {
  /// `%WIDTH[^X]`: at least one character, up to another, the end or the width.
  fileprivate func field(from start: Int, until end: UInt8, width: Int) -> Range<Int>? {
    var offset = start
    while offset - start < width, let byte = byte(at: offset), byte != end, byte != 0 {
      offset += 1
    }
    return offset > start ? start..<offset : nil
  }

  /// `%lu`.
  fileprivate func number(from start: Int) -> UInt64? {
    var offset = start
    // isspace of lib/ctype.c: \t to \r, the blank, and the no-break blank of Latin 1.
    while let byte = byte(at: offset), (9...13).contains(byte) || byte == 32 || byte == 160 {
      offset += 1
    }
    guard let first = byte(at: offset), (48...57).contains(first) else { return nil }
    var value: UInt64 = 0
    var isTooLarge = false
    while let byte = byte(at: offset), (48...57).contains(byte) {
      let (product, isLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isLarger) = product.addingReportingOverflow(UInt64(byte - 48))
      isTooLarge = isTooLarge || isLarge || isLarger
      value = sum
      offset += 1
    }
    return isTooLarge ? .max : value
  }
}
