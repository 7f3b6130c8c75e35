internal import ByteStorage

/// Walks BER as the kernel's decoder does (lib/asn1_decoder.c): tags of one byte, lengths of at most two
/// bytes after the first, indefinite lengths. It has that decoder's memory of whether the last thing
/// asked for was there, on which a choice at the end of the data depends.
struct BERWalker: ~Escapable {
  let data: RawSpan
  /// Offset of what is read next, in bytes.
  private(set) var position = 0
  /// Where the innermost element ends.
  private var end: Int
  private var hasMatched = false

  /// The head of an element.
  struct Element {
    let tag: UInt8
    let headerSize: Int
    /// Offset of the content, in bytes.
    let start: Int
    fileprivate(set) var length: Int
    fileprivate let isIndefinite: Bool

    var range: Range<Int> { start..<(start &+ length) }
  }

  /// An element that was entered.
  struct Frame {
    let element: Element
    fileprivate let outerEnd: Int
  }

  @_lifetime(copy data)
  init(_ data: RawSpan) {
    self.data = data
    end = data.byteCount
  }

  /// The head of the next element, if it has a tag; a tag of a constructed type is found whether or
  /// not the data say so.
  ///
  /// - Parameters:
  ///   - wanted: The tag; `nil` for any.
  ///   - isOptional: Whether another, or the end, means that it is absent.
  ///   - isAlternative: Whether it is absent if the last that was asked for was there.
  /// - Returns: The head; `nil` if it is absent.
  /// - Throws: ``TrustError`` if it is malformed, or another.
  mutating func match(
    _ wanted: UInt8?, optional isOptional: Bool = false, alternative isAlternative: Bool = false
  ) throws(TrustError) -> Element? {
    if isAlternative && hasMatched || isOptional && position == end { return nil }
    hasMatched = false
    guard end &- position >= 2, let tag = data.byte(at: position), tag & 0x1f != 0x1f else {
      throw .badMessage
    }
    if let wanted, (wanted ^ tag) & ~(wanted & 0x20) != 0 {
      if isOptional { return nil }
      throw .badMessage
    }
    hasMatched = true
    guard let first = data.byte(at: position &+ 1) else { throw .badMessage }
    position &+= 2
    var (headerSize, length) = (2, Int(first))
    if first == 0x80 {
      guard tag & 0x20 != 0, end &- position >= 2 else { throw .badMessage }
      length = 0
    } else {
      if first > 0x80 {
        let count = Int(first) &- 0x80
        guard count <= 2, count <= end &- position else { throw .badMessage }
        length = 0
        for offset in 0..<count {
          length = length << 8 | Int(data.byte(at: position &+ offset) ?? 0)
        }
        position &+= count
        headerSize &+= count
      }
      guard length <= end &- position else { throw .badMessage }
    }
    return Element(
      tag: tag, headerSize: headerSize, start: position, length: length,
      isIndefinite: first == 0x80)
  }

  /// The next element, which must be there.
  mutating func require(_ wanted: UInt8?) throws(TrustError) -> Element {
    guard let element = try match(wanted) else { throw .badMessage }
    return element
  }

  /// Passes over the content of an element that is not entered.
  ///
  /// - Returns: The element with its whole length; of an indefinite one the end mark counts.
  mutating func skip(_ element: Element) throws(TrustError) -> Element {
    var element = element
    if element.isIndefinite { element.length = try indefiniteLength(from: element.start) }
    position = element.start &+ element.length
    return element
  }

  mutating func enter(_ element: Element) -> Frame {
    let frame = Frame(element: element, outerEnd: end)
    if !element.isIndefinite { end = element.start &+ element.length }
    return frame
  }

  /// Ends an element that was entered, if its content is at its end.
  ///
  /// - Parameters:
  ///   - frame: The element.
  ///   - isRepeating: Whether more content means that its grammar begins again.
  /// - Returns: The range of the content; `nil` if there is more.
  /// - Throws: ``TrustError`` if the content does not end there.
  mutating func leave(
    _ frame: Frame, repeating isRepeating: Bool = false
  ) throws(TrustError) -> Range<Int>? {
    if frame.element.isIndefinite {
      guard end &- position >= 2, let first = data.byte(at: position) else { throw .badMessage }
      if first != 0 {
        if isRepeating { return nil }
        throw .badMessage
      }
      guard data.byte(at: position &+ 1) == 0 else { throw .badMessage }
      position &+= 2
      return frame.element.start..<(position &- 2)
    }
    if position < end, isRepeating { return nil }
    guard position == end else { throw .badMessage }
    end = frame.outerEnd
    return frame.element.start..<position
  }

  /// Notes that a whole type was read.
  mutating func finishType() { hasMatched = true }

  /// Whether the last thing asked for was there, or a choice passes at the end.
  func demandChoice() throws(TrustError) { if !hasMatched { throw .badMessage } }

  /// `asn1_find_indefinite_length`.
  private func indefiniteLength(from start: Int) throws(TrustError) -> Int {
    var (offset, level) = (start, 1)
    while true {
      guard end &- offset >= 2, let tag = data.byte(at: offset) else { throw .badMessage }
      offset &+= 1
      if tag == 0 {
        guard data.byte(at: offset) == 0 else { throw .badMessage }
        offset &+= 1
        level -= 1
        if level == 0 { return offset &- start }
        continue
      }
      if tag & 0x1f == 0x1f {
        var byte: UInt8
        repeat {
          guard end &- offset >= 2 else { throw .badMessage }
          byte = data.byte(at: offset) ?? 0
          offset &+= 1
        } while byte & 0x80 != 0
      }
      let first = data.byte(at: offset) ?? 0
      offset &+= 1
      if first == 0x80 {
        guard tag & 0x20 != 0 else { throw .badMessage }
        level += 1
        continue
      }
      var length = Int(first)
      if first > 0x80 {
        let count = Int(first) &- 0x80
        guard count <= 7, count <= end &- offset else { throw .badMessage }
        length = 0
        for index in 0..<count { length = length << 8 | Int(data.byte(at: offset &+ index) ?? 0) }
        offset &+= count
      }
      guard length <= end &- offset else { throw .badMessage }
      offset &+= length
    }
  }
}

extension BERWalker {
  @_lifetime(copy self)
  func span(_ element: Element) -> RawSpan {
    guard let span = data.slice(element.range) else { return RawSpan() }
    return span
  }

  func bytes(_ range: Range<Int>) -> [UInt8] { data.slice(range)?.array ?? [] }

  func bytes(_ element: Element, withHead: Bool = false) -> [UInt8] {
    bytes((element.start &- (withHead ? element.headerSize : 0))..<element.range.upperBound)
  }

  /// Ends an element that was entered and must be at its end; gives the range of its content.
  mutating func end(_ frame: Frame) throws(TrustError) -> Range<Int> {
    guard let range = try leave(frame) else { throw .badMessage }
    return range
  }

  /// A distinguished name; `note` receives each attribute's identifier and value.
  ///
  /// - Returns: The range of the name's content.
  mutating func name(
    _ note: (_ type: Element, _ value: Element) -> Void
  ) throws(TrustError) -> Range<Int> {
    let names = enter(try require(0x30))
    var range: Range<Int>?
    repeat {
      let set = enter(try require(0x31))
      repeat {
        let pair = enter(try require(0x30))
        let type = try skip(try require(0x06))
        note(type, type)
        note(type, try skip(try require(nil)))
        _ = try end(pair)
      } while try leave(set, repeating: true) == nil
      range = try leave(names, repeating: true)
    } while range == nil
    finishType()
    return range ?? 0..<0
  }
}
