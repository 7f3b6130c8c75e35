internal import CGlibcExtras
internal import Glibc

/// Anonymous memory, mapped lazily, that can grow without copying. Only pages that are written
/// count as memory; a reservation of the default size costs nothing until it is used. Growth keeps
/// the content, but may move it.
@safe final class Reservation {
  private(set) var base: UnsafeMutableRawPointer
  /// Size in bytes, a multiple of the page size.
  private(set) var capacity: Int
  /// Whether somebody keeps a part of the content: then nothing may be written to it.
  var isKept = false

  static let pageSize = 4096

  /// Reserves at least `minimum` bytes; `nil` when the system refuses.
  init?(minimum: Int) {
    guard let size = Reservation.rounded(minimum) else { return nil }
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    // SAFETY: a fresh anonymous mapping; the result is compared with MAP_FAILED.
    guard let start = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, flags, -1, 0),
      unsafe start != UnsafeMutableRawPointer(bitPattern: -1)
    else { return nil }
    unsafe base = start
    capacity = size
  }

  /// Grows to at least `minimum` bytes; `false` when the system refuses. The content is kept.
  func grow(to minimum: Int) -> Bool {
    guard minimum > capacity else { return true }
    guard let size = Reservation.rounded(minimum),
      // SAFETY: base and capacity describe one mapping of ours.
      let moved = unsafe ksym_remap(base, capacity, size),
      unsafe moved != UnsafeMutableRawPointer(bitPattern: -1)
    else { return false }
    unsafe base = moved
    capacity = size
    return true
  }

  /// Gives the pages back to the system; the content becomes zero.
  func discard() {
    // SAFETY: base and capacity describe one mapping of ours.
    _ = unsafe madvise(base, capacity, MADV_DONTNEED)
  }

  /// Asks the system for the pages of the first `size` bytes at once, which costs less than faulting
  /// in one after the other; a system that cannot (before Linux 5.14) does nothing.
  func populate(_ size: Int) {
    guard size > 0 else { return }
    // SAFETY: the range lies in our mapping, whose content stays as it is.
    _ = unsafe madvise(base, min(size, capacity), MADV_POPULATE_WRITE)
  }

  private static func rounded(_ minimum: Int) -> Int? {
    let (sum, overflow) = max(minimum, 1).addingReportingOverflow(pageSize &- 1)
    return overflow ? nil : sum & ~(pageSize &- 1)
  }

  deinit {
    // SAFETY: base and capacity describe one mapping of ours, and nothing outlives its owner.
    unsafe munmap(base, capacity)
  }
}
