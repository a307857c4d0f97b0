// Threads that do the same at the same time: each prepares, waits until all are ready, and works;
// what they did together is divided by the time from the first one's start to the last one's end.

import CBenchSupport
import Glibc
import Synchronization

/// Threads, each bound to a processor of its own as long as there are enough.
struct MeasuredThreads {
  var count: Int
  var processors: Processors

  /// Runs `body` on each thread with the thread's index and a clock that all share.
  ///
  /// - Returns: The time that the clock measured, in nanoseconds.
  func run(_ body: @escaping @Sendable (_ index: Int, _ clock: SharedClock) -> Void) throws
    -> Double
  {
    let clock = SharedClock(threadCount: count)
    let processors = processors
    var threads: [pthread_t] = []
    for index in 0..<count {
      let work = ThreadBody {
        processors.bindThread(index)
        body(index, clock)
      }
      var thread = pthread_t()
      // The object is kept for the thread, which takes it over.
      let result = unsafe pthread_create(
        &thread, nil,
        { argument in
          guard let argument = unsafe argument else { return nil }
          unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
          return nil
        }, Unmanaged.passRetained(work).toOpaque())
      // The others would wait for ever for one that is not there.
      precondition(result == 0, "The system has no thread for a measurement (error \(result)).")
      threads.append(thread)
    }
    // Each is joined once; what it returns is nil.
    for thread in threads { pthread_join(thread, nil) }
    return clock.nanoseconds
  }
}

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// A clock that several threads start together, and stop together, as often as they like.
final class SharedClock: Sendable {
  private let threadCount: Int
  private let arrived = Atomic<Int>(0)
  private let left = Atomic<Int>(0)
  private let earliest = Atomic<Int>(.max)
  private let latest = Atomic<Int>(0)
  private let total = Atomic<Int>(0)

  init(threadCount: Int) { self.threadCount = threadCount }

  /// The time of all measurements until now, in nanoseconds.
  var nanoseconds: Double { Double(total.load(ordering: .acquiring)) }

  /// Waits for all threads, runs `body`, and adds the time from the first start to the last end.
  @inline(__always)
  func measure(_ body: () -> Void) {
    meet(arrived)
    let start = Int(bench_nanoseconds())
    body()
    let end = Int(bench_nanoseconds())
    earliest.min(start, ordering: .relaxed)
    latest.max(end, ordering: .relaxed)
    if left.add(1, ordering: .acquiringAndReleasing).newValue % threadCount == 0 {
      // The last one to leave: the others wait for the next round, if there is one.
      let from = earliest.exchange(.max, ordering: .relaxed)
      let to = latest.exchange(0, ordering: .relaxed)
      total.add(to - from, ordering: .releasing)
    }
  }

  /// Waits until all threads have come as often as this one.
  private func meet(_ counter: borrowing Atomic<Int>) {
    let number = counter.add(1, ordering: .acquiringAndReleasing).newValue
    let all = (number + threadCount - 1) / threadCount * threadCount
    BusyWaiting.wait { counter.load(ordering: .acquiring) >= all }
    // Nobody may pass while the last measurement is not added up.
    BusyWaiting.wait { left.load(ordering: .acquiring) >= all - threadCount }
  }
}

/// Waiting without sleep: to be woken takes longer than what is measured.
enum BusyWaiting {
  /// Returns when the condition is true.
  @inline(__always)
  static func wait(until condition: () -> Bool) {
    var turns = 0
    while !condition() {
      bench_pause()
      turns += 1
      // Where there are fewer processors than threads, the others need this one.
      if turns % 4096 == 0 { sched_yield() }
    }
  }
}
