/// A linkage name taken apart: what the toolchain put before the source name, the source name, and
/// what it appended. Suffixes are recognised from the end, as long as all that follows is known
/// too: in `fn.var.3.llvm.5` the source name is `fn.var`, since `.var` is not a compiler's mark.
package struct LinkageName: Equatable, Sendable {
  package enum Prefix: Sendable {
    /// `__cfi_`: the type of a function, in the bytes before it.
    case cfi
    /// `__pfx_`: the padding before a function.
    case padding
    /// `__pi_`: a copy that runs before the kernel is mapped where it belongs.
    case positionIndependent
    /// `__kcfi_typeid_`: the value of a function's type.
    case cfiType

    static let all: [(text: StaticString, prefix: Prefix)] = [
      ("__cfi_", .cfi), ("__pfx_", .padding), ("__pi_", .positionIndependent),
      ("__kcfi_typeid_", .cfiType),
    ]
  }

  /// The prefixes, outermost first.
  package let prefixes: [Prefix]
  /// Where the source name lies in the linkage name.
  package let sourceRange: Range<Int>
  /// The suffixes, in the order of the name.
  package let suffixes: [CompilerSuffix]

  /// Takes a linkage name apart; allocates only if there is a prefix or suffix.
  package init(_ name: Span<UInt8>) {
    var prefixes: [Prefix] = []
    var start = 0
    search: while prefixes.count < 4 {
      let rest = name.extracting(start..<name.count)
      for (text, prefix) in Prefix.all where rest.starts(with: text) {
        // The prefix alone is a name of its own.
        guard rest.count > text.utf8CodeUnitCount else { break search }
        prefixes.append(prefix)
        start &+= text.utf8CodeUnitCount
        continue search
      }
      break
    }
    let stem = name.extracting(start..<name.count)
    var suffixes: [CompilerSuffix] = []
    var end = stem.count
    while let suffix = CompilerSuffix.last(of: stem, before: end) {
      end = suffix.range.lowerBound
      let range = (suffix.range.lowerBound &+ start)..<(suffix.range.upperBound &+ start)
      suffixes.append(CompilerSuffix(kind: suffix.kind, range: range))
    }
    suffixes.reverse()
    self.prefixes = prefixes
    self.suffixes = suffixes
    sourceRange = start..<(start &+ end)
  }

  /// The linkage name without prefixes and suffixes: what the source calls it; for Rust, the
  /// mangled name.
  package static func sourceName(of name: String) -> String {
    let bytes = Array(name.utf8)
    let parts = LinkageName(bytes.span)
    return String(decoding: bytes[parts.sourceRange], as: UTF8.self)
  }

  /// How many bytes of a symbol name `modpost` takes for the exported name: a number that the
  /// compiler appended is cut (`remove_dot` of scripts/mod/modpost.c). `foo.123` and `foo.1.cold`
  /// count as `foo`, while `foo.part.0` and `.foo` stay.
  package static func modpostLength(of name: Span<UInt8>) -> Int {
    var dot = 0
    while dot < name.count, name[dot] != UInt8(ascii: ".") { dot &+= 1 }
    guard dot > 0, dot < name.count else { return name.count }
    var end = dot &+ 1
    while end < name.count, name[end] &- UInt8(ascii: "0") < 10 { end &+= 1 }
    let isNumber = end > dot &+ 1 && (end == name.count || name[end] == UInt8(ascii: "."))
    return isNumber ? dot : name.count
  }
}
