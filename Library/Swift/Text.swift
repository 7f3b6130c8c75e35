internal import ByteStorage
internal import CKsym
internal import Glibc

/// Text with a NUL that callers may keep as long as this exists.
@safe final class CText: @unchecked Sendable {
  let pointer: UnsafePointer<CChar>

  convenience init(_ text: String) { self.init(Array(text.utf8)) }

  init(_ bytes: [UInt8]) {
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
    for (place, byte) in bytes.enumerated() {
      // SAFETY: one more than `bytes` has are allocated.
      unsafe copy[place] = CChar(bitPattern: byte)
    }
    unsafe copy[bytes.count] = 0
    unsafe pointer = UnsafePointer(copy)
  }

  deinit { unsafe pointer.deallocate() }
}

/// What callers give.
enum Given {
  /// The longest text that is looked at, in bytes.
  static let longest = 1 << 16

  /// The bytes of a text, which live as long as the call.
  static func bytes(
    _ text: UnsafePointer<CChar>?, _ length: Int, _ what: StaticString
  ) throws(Failure) -> UnsafeBufferPointer<UInt8> {
    guard let text = unsafe text else { throw .argument("\(what) is null") }
    guard length >= 0, length <= longest else { throw .argument("\(what) is too long") }
    // SAFETY: the caller says that there are so many bytes.
    return unsafe UnsafeBufferPointer(
      start: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: length)
  }

  /// A text that ends with a NUL; `nil` if there is none.
  static func optional(
    _ text: UnsafePointer<CChar>?, _ what: StaticString
  ) throws(Failure) -> String? {
    guard let text = unsafe text else { return nil }
    let length = unsafe strnlen(text, longest + 1)
    guard length <= longest else { throw .argument("\(what) is too long") }
    return try unsafe String(decoding: bytes(text, length, what), as: UTF8.self)
  }

  /// A text that ends with a NUL, and must be there.
  static func text(_ text: UnsafePointer<CChar>?, _ what: StaticString) throws(Failure) -> String {
    guard let text = unsafe try optional(text, what) else { throw .argument("\(what) is null") }
    if text.isEmpty { throw .argument("\(what) is empty") }
    return text
  }

  /// Several texts that end with a NUL each.
  static func texts(
    _ texts: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int, _ what: StaticString
  ) throws(Failure) -> [String] {
    guard count != 0 else { return [] }
    guard let texts = unsafe texts, count > 0, count <= 1 << 20 else {
      throw .argument("\(what): the list is null, or too long")
    }
    var found: [String] = []
    for place in 0..<count { found.append(unsafe try text(texts[place], what)) }
    return found
  }
}

/// Copies text to a caller's buffer with a NUL, cut to what fits, as snprintf does.
///
/// - Returns: The length of the whole text.
func give(
  _ text: Span<UInt8>, to buffer: UnsafeMutablePointer<CChar>?, _ size: Int
) throws(Failure) -> Int {
  guard size >= 0 else { throw .argument("the size is too large") }
  guard size > 0 else { return text.count }
  guard let buffer = unsafe buffer else { throw .argument("the buffer is null") }
  let count = min(text.count, size &- 1)
  unsafe text.withUnsafeBytes { bytes in
    if let start = bytes.baseAddress, count > 0 { unsafe memcpy(buffer, start, count) }
  }
  // SAFETY: count < size.
  unsafe buffer[count] = 0
  return text.count
}

/// A copy of bytes with a NUL after them, for a callback; the next takes its place.
@safe struct Scratch: ~Copyable {
  private var room = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 16)

  deinit { unsafe room.deallocate() }

  /// Copies bytes; the pointer is good until the next call.
  mutating func keep(_ text: RawSpan) -> (pointer: UnsafePointer<CChar>, length: Int) {
    if unsafe text.byteCount >= room.count {
      unsafe room.deallocate()
      unsafe room = .allocate(byteCount: text.byteCount &* 2, alignment: 16)
    }
    // SAFETY: the room has a byte more than the text.
    unsafe text.withUnsafeBytes { unsafe room.copyMemory(from: $0) }
    unsafe room.storeBytes(of: 0, toByteOffset: text.byteCount, as: UInt8.self)
    let start = unsafe UnsafePointer(room.assumingMemoryBound(to: CChar.self).baseAddress)
    return unsafe (start ?? Constants.empty.pointer, text.byteCount)
  }
}

/// See ksym.h.
@c @implementation public func ksym_free(_ text: UnsafeMutableRawPointer!) { unsafe free(text) }
