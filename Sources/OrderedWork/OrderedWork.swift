// OrderedWork runs independent jobs on all cores and hands the results over in input order. It owns
// threads and nothing else; it knows nothing of files or formats.

internal import CGlibcExtras
internal import Glibc
internal import Synchronization

/// A loop over independent jobs, on several threads, with results in input order.
package enum OrderedWork {
  /// Processors this process may run on.
  package static var processorCount: Int { max(1, Int(ksym_processor_count())) }

  /// Threads to start at most, whatever is asked for.
  private static let mostWorkers = 1024

  /// Runs `work` for every index of `0..<count` and passes each result to `consume`, in order.
  /// Threads take chunks of indices from an atomic cursor; they may run ahead of the consumer by a
  /// bounded window only, so memory does not grow with `count`. `consume` runs on the calling
  /// thread, and stops the loop by returning `false`. Each thread has a state of its own (buffers).
  package static func run<State: ~Copyable, Result: Sendable>(
    count: Int, workers: Int, chunk: Int = 1, makeState: @escaping @Sendable () -> State,
    work: @escaping @Sendable (inout State, Int) -> Result, consume: (Int, Result) -> Bool
  ) {
    if workers <= 1 || count <= 1 {
      var state = makeState()
      for index in 0..<max(count, 0) { guard consume(index, work(&state, index)) else { return } }
      return
    }
    let size = max(1, chunk)
    let chunks = (count - 1) / size + 1
    let workers = min(workers, chunks, mostWorkers)
    let exchange = Exchange<[Result]>(chunks: chunks, window: 4 * workers)
    let threads = (0..<workers).compactMap { _ in
      Thread {
        var state = makeState()
        while let number = exchange.claim() {
          let range = (number * size)..<min(count, (number + 1) * size)
          exchange.deliver(range.map { work(&state, $0) }, number)
        }
      }
    }
    if threads.isEmpty {
      run(count: count, workers: 1, makeState: makeState, work: work, consume: consume)
      return
    }
    var index = 0
    delivery: while let results = exchange.next() {
      for result in results {
        guard consume(index, result) else {
          exchange.stop()
          break delivery
        }
        index += 1
      }
    }
    for thread in threads { thread.join() }
  }
}

/// Chunks on their way from the workers to the consumer.
private final class Exchange<Value: Sendable>: Sendable {
  private struct State {
    var finished: [Int: Value] = [:]
    var claimed = 0
    var consumed = 0
    var isStopped = false
  }

  private let state = Mutex(State())
  private let available = Semaphore()
  private let room: Semaphore
  private let chunks: Int

  init(chunks: Int, window: Int) {
    self.chunks = chunks
    room = Semaphore(window)
  }

  /// The number of a chunk to work on, waiting for room in the window; `nil` when all are taken.
  func claim() -> Int? {
    room.wait()
    let number = state.withLock { state -> Int? in
      guard !state.isStopped, state.claimed < chunks else { return nil }
      defer { state.claimed += 1 }
      return state.claimed
    }
    // Nothing is left: let the other workers find that out too.
    if number == nil { room.signal() }
    return number
  }

  func deliver(_ value: Value, _ number: Int) {
    let isNext = state.withLock { state -> Bool in
      state.finished[number] = value
      return state.consumed == number
    }
    if isNext { available.signal() }
  }

  func next() -> Value? {
    while true {
      let (value, isDone) = state.withLock { state -> (Value?, Bool) in
        guard state.consumed < chunks else { return (nil, true) }
        guard let value = state.finished.removeValue(forKey: state.consumed) else {
          return (nil, false)
        }
        state.consumed += 1
        return (value, false)
      }
      if isDone { return nil }
      if let value {
        room.signal()
        return value
      }
      available.wait()
    }
  }

  func stop() {
    state.withLock { $0.isStopped = true }
    room.signal()
  }
}

@safe private final class Semaphore: @unchecked Sendable {
  // Sendable: the semaphore's functions are made to be called from any thread.
  private let handle: UnsafeMutablePointer<sem_t>

  init(_ count: Int = 0) {
    unsafe handle = .allocate(capacity: 1)
    unsafe sem_init(handle, 0, UInt32(count))
  }

  func signal() { unsafe sem_post(handle) }

  func wait() { while unsafe sem_wait(handle) != 0 {} }

  deinit {
    unsafe sem_destroy(handle)
    unsafe handle.deallocate()
  }
}

private struct Thread {
  private final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private let handle: pthread_t

  /// Starts a thread; `nil` if the system refuses.
  init?(_ body: @escaping @Sendable () -> Void) {
    var handle = pthread_t()
    let box = unsafe Unmanaged.passRetained(Box(body))
    let status = unsafe pthread_create(
      &handle, nil,
      { argument in
        // SAFETY: the argument is the box retained above, released once here.
        if let argument = unsafe argument {
          unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
        }
        return nil
      }, box.toOpaque())
    guard status == 0 else {
      unsafe box.release()
      return nil
    }
    self.handle = handle
  }

  func join() { pthread_join(handle, nil) }
}
