internal import ByteStorage

/// Which kernel a part of a text is of, as the text says.
///
/// - Note: The banner (init/version-timestamp.c); lines `CPU: … Comm: … RELEASE #…` of traces, which end with
///   the build ID under CONFIG_STACKTRACE_BUILD_ID (lib/dump_stack.c, `dump_stack_print_info`); `OSRELEASE=`
///   and `BUILD-ID=` of vmcoreinfo (kernel/vmcore_info.c); 7.2.
package struct TextOrigin: Sendable, Hashable {
  /// The release, if the part has one.
  package private(set) var release: String?
  /// The build ID as hexadecimal digits, if the part has one.
  package private(set) var buildID: String?

  /// A part of a text, and the kernel that it is of.
  package struct Part: Sendable, Hashable {
    /// Bytes of the text.
    package let range: Range<Int>
    package let origin: TextOrigin
  }

  /// Words that begin what a line says of its kernel.
  private static let signs: [StaticString] = [
    "Linux version ", " Comm: ", "OSRELEASE=", "BUILD-ID=",
  ]

  /// How far before and after a sign a line is read, in bytes.
  private static let reach = 4096

  /// The parts of a text, in order; they cover it. A part begins at a banner, and where a line names
  /// another kernel. What comes before the first line that names one belongs to the first.
  package static func parts(_ text: RawSpan) -> [Part] {
    var places: [Int] = []
    for sign in signs {
      var from = 0
      while let found = text.firstRange(of: sign, from: from) {
        places.append(found)
        from = found &+ 1
      }
    }
    var parts: [Part] = []
    var (start, origin) = (0, TextOrigin())
    var (lineStart, lineEnd, next) = (0, 0, 0)
    for place in places.sorted() {
      if place >= next {
        lineStart = text.lineStart(before: place, floor: next)
        next = text.lineEnd(from: place)
        lineEnd = next
        while lineEnd > place, let last = text.byte(at: lineEnd &- 1),
          last.isBlank || last.isLineEnd
        {
          lineEnd &-= 1
        }
      }
      // A line may have any number of signs.
      let partStart = max(lineStart, place &- reach)
      let partEnd = max(place, min(lineEnd, place &+ reach))
      guard let bytes = text.slice(partStart..<partEnd),
        let line = TextOrigin(line: TextLine(bytes), at: place &- partStart)
      else { continue }
      let isBanner = text.suffix(from: place)?.starts(with: "Linux version ") ?? false
      if lineStart > start, origin != TextOrigin(), isBanner || origin.contradicts(line) {
        parts.append(Part(range: start..<lineStart, origin: origin))
        (start, origin) = (lineStart, TextOrigin())
      }
      origin.release = origin.release ?? line.release
      origin.buildID = origin.buildID ?? line.buildID
    }
    parts.append(Part(range: start..<text.byteCount, origin: origin))
    return parts
  }

  /// Whether anything is known.
  package var isKnown: Bool { release != nil || buildID != nil }

  /// What is known of a kernel; nothing, unless it is given.
  package init(release: String? = nil, buildID: String? = nil) {
    (self.release, self.buildID) = (release, buildID)
  }

  /// What a line says, given where a sign begins in it; `nil` if it says nothing.
  private init?(line: borrowing TextLine, at place: Int) {
    if line.has("Linux version ", at: place) {
      release = TextOrigin.word(line, place &+ 14)
    } else if line.has("OSRELEASE=", at: place) {
      release = TextOrigin.word(line, place &+ 10)
    } else if line.has("BUILD-ID=", at: place) {
      buildID = TextOrigin.digits(line, place &+ 9)
    } else {
      guard line.find("PID: ", from: 0) != nil, let number = line.find(" #", from: place) else {
        return nil
      }
      var start = number
      while start > place, !line[start &- 1].isBlank { start &-= 1 }
      release = line.slice(start..<number).text
      let end = line.count
      if end &- number > 41, line[end &- 41] == 0x20 {
        buildID = TextOrigin.digits(line, end &- 40)
      }
    }
    // A release begins with a digit: other words are of other lines.
    if let release, !(release.first?.isNumber ?? false) || release.contains("/") {
      self.release = nil
    }
    if release == nil, buildID == nil { return nil }
  }

  private static func word(_ line: borrowing TextLine, _ start: Int) -> String? {
    var end = start
    while end < line.count, !line[end].isBlank { end &+= 1 }
    return end > start && end &- start <= 64 ? line.slice(start..<end).text : nil
  }

  /// A build ID of 40 digits.
  private static func digits(_ line: borrowing TextLine, _ start: Int) -> String? {
    let end = line.hexEnd(start)
    return end &- start == 40 ? line.slice(start..<end).text : nil
  }

  /// Whether two kernels cannot be the same.
  func contradicts(_ other: TextOrigin) -> Bool {
    if let buildID, let theirs = other.buildID { return buildID != theirs }
    if let release, let theirs = other.release { return release != theirs }
    return false
  }
}

extension UInt8 {
  fileprivate var isLineEnd: Bool { self == 0x0a || self == 0x0d }
}
