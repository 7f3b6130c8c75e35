internal import Glibc
internal import Synchronization

/// Signals that would end the process, kept back while a temporary file has a name. The handler
/// only notes the signal while a file is named; whoever removes the name then ends the process as
/// the signal would have. All of it is done with atomics: a handler may do nothing else.
package enum SignalDeferral {
  private static let isNaming = Atomic<Bool>(false)
  private static let pending = Atomic<Int32>(0)

  /// Signals whose default ends the process and which somebody may send.
  private static let signals = [
    SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGVTALRM, SIGPROF, SIGIO,
    SIGPWR, SIGABRT, SIGTRAP, SIGSYS, SIGSTKFLT,
  ]

  /// Installs the handler for all signals that are not ignored. A file that grows too large is an
  /// error, not a signal.
  package static func install() {
    // The first use of a global value is no matter for a handler.
    _ = pending.load(ordering: .sequentiallyConsistent)
    _ = isNaming.load(ordering: .sequentiallyConsistent)
    for number in signals {
      var old = sigaction()
      guard unsafe sigaction(number, nil, &old) == 0 else { continue }
      // SAFETY: reads the handler, of whichever of the two types it is, as an address.
      let isIgnored = unsafe withUnsafeBytes(of: old) { unsafe $0.loadUnaligned(as: Int.self) } == 1
      if isIgnored { continue }
      Glibc.signal(number) { SignalDeferral.received($0) }
    }
    Glibc.signal(SIGXFSZ, SIG_IGN)
  }

  private static func received(_ number: Int32) {
    pending.store(number, ordering: .sequentiallyConsistent)
    if !isNaming.load(ordering: .sequentiallyConsistent) { end(number) }
  }

  /// Ends the process as a signal does, even if this thread blocks it, as those of Dispatch do.
  private static func end(_ number: Int32) {
    Glibc.signal(number, SIG_DFL)
    var blocked = sigset_t()
    unsafe sigemptyset(&blocked)
    unsafe sigaddset(&blocked, number)
    unsafe pthread_sigmask(SIG_UNBLOCK, &blocked, nil)
    raise(number)
  }

  /// Runs `body`, which makes and removes a name, without being ended by a signal within.
  package static func withoutSignals<Result>(_ body: () -> Result) -> Result {
    isNaming.store(true, ordering: .sequentiallyConsistent)
    let result = body()
    isNaming.store(false, ordering: .sequentiallyConsistent)
    let number = pending.load(ordering: .sequentiallyConsistent)
    if number != 0 { end(number) }
    return result
  }
}
