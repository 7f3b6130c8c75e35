internal import Glibc
internal import Synchronization

/// Mapped files that somebody shortens while they are read: touching what is gone raises SIGBUS. A
/// command turns that into an error with the file's name; a library leaves signals alone.
package enum CutFiles {
  /// A mapped range and its file, for the handler, which may only read memory.
  private struct Slot {
    var start: UInt = 0
    var end: UInt = 0
    /// Address of the path, which ends with a NUL.
    var path: UInt = 0
  }

  private static let capacity = 64
  // SAFETY: written under the lock only, with a start that is not 0 last; the handler reads.
  private nonisolated(unsafe) static let slots: UnsafeMutablePointer<Slot> = {
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: capacity)
    unsafe slots.initialize(repeating: Slot(), count: capacity)
    return unsafe slots
  }()
  private static let lock = Mutex(())
  // SAFETY: set once, before the handler is installed.
  private nonisolated(unsafe) static var words: (before: StaticString, after: StaticString) = (
    "", ""
  )
  private nonisolated(unsafe) static var status: Int32 = 2

  /// From here on, a mapped file that is cut short ends the process with a line on standard error:
  /// `before`, the path, `after`.
  package static func endProcess(
    before: StaticString, after: StaticString, status: Int32
  ) {
    unsafe words = (before, after)
    unsafe self.status = status
    _ = unsafe slots
    var action = sigaction()
    action.sa_flags = SA_SIGINFO
    unsafe action.__sigaction_handler.sa_sigaction = { _, info, _ in
      // SAFETY: the kernel passes the place of the fault with SIGBUS.
      unsafe CutFiles.received(UInt(bitPattern: info?.pointee._sifields._sigfault.si_addr))
    }
    unsafe sigaction(SIGBUS, &action, nil)
  }

  private static func received(_ address: UInt) {
    for number in 0..<capacity {
      // SAFETY: below the capacity.
      let slot = unsafe slots[number]
      guard slot.start != 0, address >= slot.start, address < slot.end,
        let path = unsafe UnsafeMutablePointer<CChar>(bitPattern: slot.path)
      else { continue }
      let words = unsafe words
      _ = unsafe write(2, words.before.utf8Start, words.before.utf8CodeUnitCount)
      _ = unsafe write(2, path, strlen(path))
      _ = unsafe write(2, words.after.utf8Start, words.after.utf8CodeUnitCount)
      unsafe _exit(status)
    }
    // Of another cause: as if nobody had listened.
    Glibc.signal(SIGBUS, SIG_DFL)
  }

  /// Notes that a file is mapped; without room for it, nothing.
  static func add(_ start: UnsafeRawPointer, _ size: Int, _ path: String) {
    lock.withLock { _ in
      for number in 0..<capacity {
        guard unsafe slots[number].start == 0 else { continue }
        let printable = String(
          decoding: path.utf8.map { $0 < 0x20 || $0 == 0x7f ? 0x3f : $0 }, as: UTF8.self)
        unsafe slots[number].path = UInt(bitPattern: strdup(printable))
        unsafe slots[number].end = UInt(bitPattern: start) &+ UInt(size)
        unsafe slots[number].start = UInt(bitPattern: start)
        return
      }
    }
  }

  /// Notes that a file is not mapped any longer.
  static func remove(_ start: UnsafeRawPointer) {
    lock.withLock { _ in
      for number in 0..<capacity {
        guard unsafe slots[number].start == UInt(bitPattern: start) else { continue }
        unsafe slots[number].start = 0
        unsafe free(UnsafeMutableRawPointer(bitPattern: slots[number].path))
        unsafe slots[number].path = 0
      }
    }
  }
}
