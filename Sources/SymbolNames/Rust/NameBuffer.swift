/// A growable run of bytes that readable names are appended to. One buffer serves many names: the
/// memory is kept by ``removeAll()``, so a loop over names allocates nothing once the buffer has
/// reached its size.
@safe package struct NameBuffer: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// The end of what the name being written may fill: at most `capacity`.
  private var ceiling = 0

  package private(set) var count = 0

  /// An empty buffer that holds `minimumCapacity` bytes before its memory has to grow.
  package init(minimumCapacity: Int = 4096) {
    capacity = max(minimumCapacity, 64)
    unsafe base = .allocate(capacity: capacity)
  }

  deinit { unsafe base.deallocate() }

  package var bytes: Span<UInt8> {
    @_lifetime(borrow self) borrowing get {
      // SAFETY: the first `count` bytes of `base` are initialised, and `self` outlives the span.
      let bytes = unsafe Span(_unsafeStart: base, count: count)
      return unsafe _overrideLifetime(bytes, borrowing: self)
    }
  }

  /// The bytes held, as a string; what is not UTF-8 is repaired.
  package var string: String {
    // SAFETY: the first `count` bytes of `base` are initialised.
    unsafe String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
  }

  /// Forgets the bytes, keeps the memory.
  package mutating func removeAll() { count = 0 }

  /// Forgets the last bytes; a number larger than are held forgets all.
  package mutating func removeLast(_ number: Int) { count -= min(max(number, 0), count) }

  /// Replaces every occurrence of a byte, from `start` on.
  package mutating func replace(_ old: UInt8, with new: UInt8, from start: Int) {
    for offset in max(start, 0)..<max(start, count, 0) {
      // SAFETY: offset < count.
      if unsafe base[offset] == old { unsafe base[offset] = new }
    }
  }

  package mutating func append(_ byte: UInt8) {
    reserve(1)
    // SAFETY: reserve() left room for one byte after `count`.
    unsafe base[count] = byte
    count &+= 1
  }

  package mutating func append(_ bytes: Span<UInt8>) {
    reserve(bytes.count)
    unsafe bytes.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      // SAFETY: reserve() left room for all of them, and `source` is not this buffer's memory.
      unsafe (base + count).update(from: start, count: source.count)
    }
    count &+= bytes.count
  }

  package mutating func append(contentsOf other: borrowing NameBuffer) { append(other.bytes) }

  private mutating func reserve(_ extra: Int) {
    guard capacity &- count < extra else { return }
    let grown = max(capacity * 2, count + extra)
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: grown)
    // SAFETY: both regions hold `count` bytes and do not overlap.
    unsafe memory.update(from: base, count: count)
    unsafe base.deallocate()
    unsafe base = memory
    capacity = grown
  }
}

extension NameBuffer {
  /// Lets the `put` functions append up to `limit` bytes from here.
  mutating func open(limit: Int) {
    reserve(limit)
    ceiling = count + limit
  }

  /// Forgets what was appended after the first `count` bytes.
  mutating func cut(to count: Int) { self.count = min(self.count, max(count, 0)) }

  /// Appends one byte below the ceiling.
  @inline(__always) mutating func put(_ byte: UInt8) throws(NotMangled) {
    guard count < ceiling else { throw NotMangled() }
    // SAFETY: count < ceiling <= capacity.
    unsafe base[count] = byte
    count &+= 1
  }

  @inline(__always) mutating func put(_ text: StaticString) throws(NotMangled) {
    let length = text.utf8CodeUnitCount
    guard ceiling &- count >= length else { throw NotMangled() }
    // SAFETY: count + length <= ceiling <= capacity; `text` points to `length` constant bytes.
    unsafe (base + count).initialize(from: text.utf8Start, count: length)
    count &+= length
  }

  /// Appends a part of `source`, bytes outside this buffer; start + length <= source.count.
  @inline(__always) mutating func put(
    _ source: borrowing Span<UInt8>, from start: Int, count length: Int
  ) throws(NotMangled) {
    guard start >= 0, length >= 0, length <= source.count &- start, ceiling &- count >= length
    else { throw NotMangled() }
    unsafe source.withUnsafeBufferPointer { bytes in
      guard let first = bytes.baseAddress else { return }
      // SAFETY: start + length <= source.count and count + length <= ceiling <= capacity.
      unsafe (base + count).initialize(from: first + start, count: length)
    }
    count &+= length
  }

  /// Opens a gap of `width` zero bytes at `offset`, moving what follows.
  mutating func insertZeros(_ width: Int, at offset: Int) throws(NotMangled) {
    guard offset >= 0, offset <= count, width >= 0, ceiling &- count >= width else {
      throw NotMangled()
    }
    let place = unsafe base + offset
    // SAFETY: offset <= count and count + width <= ceiling <= capacity; update() may overlap.
    unsafe (place + width).update(from: place, count: count &- offset)
    unsafe place.update(repeating: 0, count: width)
    count &+= width
  }

  mutating func set(_ byte: UInt8, at offset: Int) {
    guard offset >= 0, offset < count else { return }
    // SAFETY: offset < count, just checked.
    unsafe base[offset] = byte
  }

  mutating func dropZeros(from start: Int) {
    var kept = max(start, 0)
    var next = kept
    while next < count {
      // SAFETY: kept <= next < count.
      let byte = unsafe base[next]
      unsafe base[kept] = byte
      kept &+= byte == 0 ? 0 : 1
      next &+= 1
    }
    count = min(kept, count)
  }
}
