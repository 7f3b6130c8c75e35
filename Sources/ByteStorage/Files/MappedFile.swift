internal import Glibc

/// A file in memory, of which only the pages that are touched are read. For files that are
/// searched, not read: opening costs the same whatever the size. Who shortens the file meanwhile
/// ends the process (SIGBUS; ``CutFiles`` says so); files that ksym writes are replaced, never shortened.
@safe package final class MappedFile: @unchecked Sendable {
  // Sendable: the memory is never written to.
  private let base: UnsafeRawPointer
  private let isMapped: Bool
  /// Size in bytes.
  package let count: Int

  /// Maps a file.
  package init(_ path: String) throws(FileError) {
    let opened = try openRegular(path)
    let (file, size) = (opened.descriptor, opened.size)
    defer { Glibc.close(file) }
    count = size
    isMapped = size > 0
    guard size > 0 else {
      unsafe base = UnsafeRawPointer(UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))
      return
    }
    // SAFETY: a fresh read-only mapping; the result is compared with MAP_FAILED.
    guard let start = unsafe mmap(nil, size, PROT_READ, MAP_SHARED, file, off_t(opened.offset)),
      unsafe start != UnsafeMutableRawPointer(bitPattern: -1)
    else { throw FileError(path: path, cause: .system(operation: "map", errno: errno)) }
    unsafe base = UnsafeRawPointer(start)
    unsafe CutFiles.add(base, size, path)
  }

  /// Copies bytes, for what is in memory already.
  package init(copying bytes: RawSpan) {
    count = bytes.byteCount
    isMapped = false
    let copy = UnsafeMutableRawPointer.allocate(byteCount: max(1, count), alignment: 16)
    unsafe bytes.withUnsafeBytes { source in
      // SAFETY: the copy holds as many bytes.
      if let start = source.baseAddress {
        unsafe copy.copyMemory(from: start, byteCount: source.count)
      }
    }
    unsafe base = UnsafeRawPointer(copy)
  }

  package var bytes: RawSpan {
    @_lifetime(borrow self) get {
      // SAFETY: `base` holds `count` bytes for as long as this object lives.
      let span = unsafe RawSpan(_unsafeStart: base, byteCount: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The content, for an owner that hands it out with its own lifetime.
  @unsafe package var unboundBytes: RawSpan {
    @_lifetime(immortal) get {
      // SAFETY: the caller keeps this object as long as the span.
      let span = unsafe RawSpan(_unsafeStart: base, byteCount: count)
      return unsafe _overrideLifetime(span, copying: ())
    }
  }

  deinit {
    // SAFETY: nothing outlives its owner.
    if isMapped {
      unsafe CutFiles.remove(base)
      unsafe munmap(UnsafeMutableRawPointer(mutating: base), count)
    } else {
      unsafe base.deallocate()
    }
  }
}
