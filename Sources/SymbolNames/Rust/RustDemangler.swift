/// How a readable Rust name is written.
package enum RustNameStyle: Sendable {
  /// Without hashes: `kernel::print::call_printk`. As `llvm-cxxfilt` prints it.
  case plain
  /// With the hash of each crate and the type of each constant: `kernel[f3a2…]::print::call_printk`.
  /// As `c++filt` prints it, except for the suffix, which `c++filt` drops.
  case showingHashes
}

/// The name is not mangled, or uses more than a demangler is willing to spend.
struct NotMangled: Error {}

/// Turns linkage names of Rust into readable ones. Both manglings are known: v0 (`_R…`, RFC 2603)
/// and the older one (`_ZN…17h<hash>E`). The input is any bytes at all. What is not a mangled name
/// of at most ``maximumLength`` bytes, nests deeper than 500 levels, or would print more than
/// ``maximumReadableLength`` bytes or more than 4 KiB and sixteen times its own length, or read as
/// much again, is "not mangled".
package enum RustDemangler {
  /// The longest linkage name looked at, in bytes.
  package static let maximumLength = 1 << 16
  /// The longest readable name made, in bytes.
  package static let maximumReadableLength = 1 << 16

  /// How many bytes a linkage name of some length may print, and how many may be read again through
  /// its back references. Back references can make a name grow exponentially; those that compilers
  /// make grow little.
  static func mostWork(forNameOf length: Int) -> Int {
    min(maximumReadableLength, max(1 << 12, 16 &* length))
  }

  /// Appends the readable form of a linkage name; `false`, with `output` unchanged, if it is not
  /// mangled. Takes linear time except for back references, which are bounded; allocates nothing
  /// once `output` has reached its size.
  package static func appendReadableName(
    of name: Span<UInt8>, style: RustNameStyle = .plain, to output: inout NameBuffer
  ) -> Bool {
    guard name.count >= 4, name.count <= maximumLength, name[0] == UInt8(ascii: "_") else {
      return false
    }
    let start = output.count
    do throws(NotMangled) {
      if name[1] == UInt8(ascii: "R") {
        output.open(limit: mostWork(forNameOf: name.count))
        var printer = V0Printer(name, showsHashes: style == .showingHashes, output: output)
        let outcome = printer.run()
        output = printer.output
        if !outcome { throw NotMangled() }
      } else {
        guard let legacy = LegacyRustName(name) else { return false }
        output.open(limit: mostWork(forNameOf: name.count))
        try legacy.write(name, showsHash: style == .showingHashes, to: &output)
      }
    } catch {
      output.cut(to: start)
      return false
    }
    return true
  }

  /// How many bytes of a source name are mangled: in v0, all before the mark of an unknown tool.
  package static func mangledLength(of name: Span<UInt8>) -> Int {
    guard name.count > 1, name[1] == UInt8(ascii: "R") else { return name.count }
    for index in 0..<name.count
    where name[index] == UInt8(ascii: ".") || name[index] == UInt8(ascii: "$") {
      return index
    }
    return name.count
  }

  /// The readable form of a linkage name; `nil` if it is not mangled.
  package static func readableName(of name: String, style: RustNameStyle = .plain) -> String? {
    let bytes = Array(name.utf8)
    return readableName(of: bytes.span, style: style)
  }

  package static func readableName(of name: Span<UInt8>, style: RustNameStyle = .plain) -> String? {
    guard name.count > 0, name[0] == UInt8(ascii: "_") else { return nil }
    var output = NameBuffer(minimumCapacity: maximumReadableLength)
    return appendReadableName(of: name, style: style, to: &output) ? output.string : nil
  }
}
