internal import ByteStorage
package import SymbolNames

/// Which of its names a symbol is written with.
package enum NameForm: String, Sendable, CaseIterable {
  /// Rust names as paths, others as in the source: `kernel::print::call_printk`, `init_once`.
  case readable
  /// The source name; for Rust, the mangled name without what was appended to it.
  case source
  /// The name that the linker sees.
  case linkage
  /// The SHA-256 of the linkage name, in hexadecimal.
  case hashed
}

extension NameForm {
  /// Appends a linkage name in this form, for all but ``hashed``.
  /// With `isBare`, the words are left out too.
  ///
  /// What a compiler appended for itself alone (`.llvm.<hash>`, `.__uniq.<n>`, `.lto_priv.<n>`) is
  /// left out. What says that this is not the whole function, or not with the source's arguments,
  /// keeps its word and loses its number (`foo.isra.0` is `foo.isra`, as in objtool), unless `isBare`.
  /// A number alone stays: nothing else distinguishes static variables with one name.
  package func append(
    linkageName name: Span<UInt8>, isBare: Bool, to output: inout NameBuffer
  ) -> Bool {
    guard self == .readable || self == .source else {
      output.append(name)
      return false
    }
    let parts = LinkageName(name)
    let source = parts.sourceRange
    output.append(name.extracting(0..<source.lowerBound))
    var isChanged = appendSource(name.extracting(source), to: &output)
    for suffix in parts.suffixes {
      switch NameForm.rule(suffix) {
      case .whole: output.append(name.extracting(suffix.range))
      case .none: isChanged = true
      case .word:
        let kept = isBare ? 0 : CompilerSuffix.wordLength(of: name.extracting(suffix.range))
        isChanged = isChanged || kept < suffix.range.count
        let start = suffix.range.lowerBound
        output.append(name.extracting(start..<(start &+ kept)))
      }
    }
    return isChanged
  }

  /// Appends the source name as it is, or readable.
  private func appendSource(_ name: Span<UInt8>, to output: inout NameBuffer) -> Bool {
    guard self == .readable, NameForm.isMangled(name) else {
      output.append(name)
      return false
    }
    // A mark of an unknown tool stays as it is, after the path.
    let end = RustDemangler.mangledLength(of: name)
    let start = output.count
    guard RustDemangler.appendReadableName(of: name.extracting(0..<end), to: &output),
      NameForm.isOneLine(output.bytes.extracting(start..<output.count))
    else {
      output.removeLast(output.count &- start)
      output.append(name)
      return false
    }
    output.append(name.extracting(end..<name.count))
    return true
  }

  /// Whether bytes may be a mangled name of Rust.
  static func isMangled(_ name: Span<UInt8>) -> Bool {
    guard name.count > 3, name[0] == UInt8(ascii: "_") else { return false }
    return name[1] == UInt8(ascii: "R")
      || (name[1] == UInt8(ascii: "Z") && name[2] == UInt8(ascii: "N"))
  }

  /// A name must not end its line.
  private static func isOneLine(_ name: Span<UInt8>) -> Bool {
    for index in 0..<name.count where name[index] < 0x20 { return false }
    return true
  }

  private enum SuffixRule { case whole, word, none }

  private static func rule(_ suffix: CompilerSuffix) -> SuffixRule {
    if suffix.onlyDistinguishes { return .none }
    return suffix.kind == .number ? .whole : .word
  }
}
