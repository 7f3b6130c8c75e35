internal import ByteStorage

/// The kernel's own words about itself: `Linux version RELEASE (BUILDER) (COMPILER) #N …`. The text
/// of `linux_banner` (`init/version-timestamp.c`, 7.3).
package struct KernelBanner: Sendable, Hashable {
  /// The whole text, without the newline.
  package let text: String
  /// The release, as `uname -r` prints it.
  package let release: String
  /// The build, as `uname -v` prints it, such as `#1 SMP PREEMPT_DYNAMIC Debian 6.1.1-1 (2023-01-07)`.
  package let build: String

  /// Longest text to take for a banner, in bytes.
  private static let longest = 2048
  /// Places to look at before giving up: a hostile image may hold millions.
  private static let mostCandidates = 10_000
  /// Longest release, in bytes: the kernel refuses more (`__NEW_UTS_LEN`).
  private static let longestRelease = 64

  /// Finds the first banner in a raw image or the read-only data of an ELF file; format strings
  /// (`Linux version %s`) are none.
  package init?(searching bytes: RawSpan) {
    var position = 0
    var candidates = 0
    while candidates < KernelBanner.mostCandidates,
      let start = bytes.firstRange(of: "Linux version ", from: position)
    {
      candidates &+= 1
      let end = min(bytes.byteCount, start &+ KernelBanner.longest)
      if let candidate = bytes.slice(start..<end), let banner = KernelBanner(parsing: candidate) {
        self = banner
        return
      }
      position = start &+ 14
    }
    return nil
  }

  /// Reads the banner at the start of some bytes; it ends with a newline or a NUL, or with them.
  package init?(parsing bytes: RawSpan) {
    guard bytes.starts(with: "Linux version ") else { return nil }
    var end = 14
    while let byte = bytes.byte(at: end), byte != 0, byte != 0x0a {
      guard byte >= 0x20, byte != 0x7f else { return nil }
      end &+= 1
    }
    guard let line = bytes.slice(0..<end), let rest = line.suffix(from: 14),
      let length = rest.firstIndex(of: 0x20), (1...KernelBanner.longestRelease).contains(length),
      let first = rest.byte(at: 0), (0x30...0x39).contains(first),
      rest.byte(at: length &+ 1) == 0x28, let name = rest.slice(0..<length),
      let number = KernelBanner.buildOffset(line, from: 14 &+ length),
      let words = line.suffix(from: number)
    else { return nil }
    text = line.text
    release = name.text
    build = words.text
  }

  /// Offset of `#N` after the builder and the compiler, which are in (nested) parentheses; after
  /// the last ` #` and a digit, if those do not balance.
  private static func buildOffset(_ line: RawSpan, from start: Int) -> Int? {
    var depth = 0
    var last: Int?
    for offset in start..<line.byteCount {
      switch line.byte(at: offset) {
      case 0x28: depth &+= 1
      case 0x29: depth = max(0, depth &- 1)
      case 0x23:
        guard line.byte(at: offset &- 1) == 0x20, let digit = line.byte(at: offset &+ 1),
          (0x30...0x39).contains(digit)
        else { continue }
        if depth == 0 { return offset }
        last = offset
      default: continue
      }
    }
    return last
  }
}
