internal import Glibc

/// Time that work has taken, which does not grow while others use the processor.
package enum ProcessorTime {
  /// Processor time of the calling thread so far, in nanoseconds; 0 if the system does not say.
  package static var ofThread: UInt64 {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { return 0 }
    return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
  }
}
