import Glibc
import OrderedWork
import Synchronization
import Testing

@Suite("Ordered work")
struct OrderedWorkTests {
  /// Takes longer for some indices than for their neighbours.
  private static func uneven(_ index: Int) -> Int {
    var sum = index
    for step in 0..<(index % 7 == 0 ? 20_000 : 10) { sum = (sum &* 31 &+ step) & 0xffff }
    return index + sum * 0
  }

  @Test(
    "results come in the order of the indices, each once",
    arguments: [(0, 2), (1, 4), (7, 1), (1000, 1), (1000, 2), (1000, 7), (999, 64)], [1, 3, 100])
  func order(_ size: (count: Int, workers: Int), _ chunk: Int) {
    var seen: [Int] = []
    OrderedWork.run(
      count: size.count, workers: size.workers, chunk: chunk, makeState: { 0 },
      work: { _, index in Self.uneven(index) },
      consume: { index, result in
        #expect(index == result)
        seen.append(index)
        return true
      })
    #expect(seen == Array(0..<size.count))
  }

  @Test("a consumer that has enough stops the loop", arguments: [1, 2, 8], [1, 16])
  func stop(_ workers: Int, _ chunk: Int) {
    let done = Mutex(0)
    var seen: [Int] = []
    OrderedWork.run(
      count: 1_000_000, workers: workers, chunk: chunk, makeState: { 0 },
      work: { _, index in
        done.withLock { $0 += 1 }
        return index
      },
      consume: { index, _ in
        seen.append(index)
        return index < 9
      })
    #expect(seen == Array(0...9))
    // Workers run ahead by a bounded window only.
    #expect(done.withLock { $0 } <= 10 + (4 * workers + workers + 1) * chunk)
  }

  @Test("one worker runs everything on the calling thread, with one state")
  func oneWorker() {
    let states = Mutex(0)
    var results: [Int] = []
    OrderedWork.run(
      count: 5, workers: 1,
      makeState: {
        states.withLock { $0 += 1 }
        return 0
      },
      work: { (state: inout Int, index) in
        state += 1
        return state * 10 + index
      },
      consume: { _, result in
        results.append(result)
        return true
      })
    #expect(states.withLock { $0 } == 1)
    #expect(results == [10, 21, 32, 43, 54])
  }

  @Test("a worker keeps its own state, which no other touches")
  func statePerWorker() {
    let states = Mutex(0)
    var sums: [Int: Int] = [:]
    OrderedWork.run(
      count: 5000, workers: 4, chunk: 5,
      makeState: {
        let number = states.withLock { count in
          count += 1
          return count
        }
        return (number: number, uses: 0)
      },
      work: { (state: inout (number: Int, uses: Int), index) in
        state.uses += 1
        return [state.number, state.uses]
      },
      consume: { _, result in
        sums[result[0], default: 0] += 1
        // Uses of one state are counted without a gap.
        #expect(result[1] == sums[result[0]])
        return true
      })
    #expect(sums.values.reduce(0, +) == 5000)
    #expect(states.withLock { $0 } <= 4)
  }

  @Test("no jobs give no results, whatever the number")
  func nothing() {
    for count in [0, -1, Int.min] {
      OrderedWork.run(
        count: count, workers: 4, makeState: { 0 }, work: { _, index in index },
        consume: { _, _ in
          Issue.record("there is nothing to consume")
          return true
        })
    }
    #expect(OrderedWork.processorCount >= 1)
  }

  @Test(
    "a process bound to one processor has one",
    .enabled(if: unsafe access("/usr/bin/taskset", X_OK) == 0, "needs taskset"))
  func bound() async {
    await #expect(processExitsWith: .exitCode(1)) {
      // Whatever thread this is.
      guard unsafe system("taskset -apc 0 $PPID >/dev/null") == 0 else { exit(99) }
      exit(Int32(OrderedWork.processorCount))
    }
  }
}
