// The lock of the pools. The standard library's Mutex cannot serve: it does not exist without an
// operating system, and a control block outlives its pool, so that a thread that is late in
// `release` must find memory that is valid and a lock that a stray wake-up does not harm.
//
// Three states, after U. Drepper, "Futexes are Tricky" (2011), section 6: 0 free, 1 held,
// 2 held and somebody may sleep. Zeroed memory is a free lock.

internal import Synchronization

/// A lock in memory that may be zeroed, recycled, or on a machine without an operating system.
package struct PoolLock: ~Copyable {
  private let state = Atomic<UInt32>(0)

  private static let free: UInt32 = 0
  private static let held: UInt32 = 1
  private static let contended: UInt32 = 2
  /// How often a thread looks again before it sleeps: some microseconds, many times as long as the
  /// lock is usually held. To sleep and to be woken costs more, and the one who wakes pays as well.
  private static let spinCount = 500

  /// A free lock.
  package init() {}

  @inline(__always)
  package borrowing func acquire() {
    let attempt = state.compareExchange(
      expected: PoolLock.free, desired: PoolLock.held, successOrdering: .acquiring,
      failureOrdering: .relaxed)
    if !attempt.exchanged { acquireContended() }
  }

  /// Acquires the lock if it is free. For signal handlers, which may have interrupted its holder.
  package borrowing func tryAcquire() -> Bool {
    state.compareExchange(
      expected: PoolLock.free, desired: PoolLock.held, successOrdering: .acquiring,
      failureOrdering: .relaxed
    ).exchanged
  }

  @inline(never)
  private borrowing func acquireContended() {
    for _ in 0..<PoolLock.spinCount {
      if state.load(ordering: .relaxed) == PoolLock.free {
        let attempt = state.weakCompareExchange(
          expected: PoolLock.free, desired: PoolLock.held, successOrdering: .acquiring,
          failureOrdering: .relaxed)
        if attempt.exchanged { return }
      }
      Platform.relax()
    }
    while state.exchange(PoolLock.contended, ordering: .acquiring) != PoolLock.free {
      sleep(while: PoolLock.contended)
    }
  }

  @inline(__always)
  package borrowing func release() {
    if state.exchange(PoolLock.free, ordering: .releasing) == PoolLock.contended { wakeOne() }
  }

  private borrowing func sleep(while value: UInt32) {
    // `state` is not moved while it is borrowed: locks live in control blocks and in classes.
    unsafe withUnsafePointer(to: state) { unsafe Platform.wait(at: $0, while: value) }
  }

  @inline(never)
  private borrowing func wakeOne() {
    // As above; should the block be recycled by now, somebody wakes early and looks again.
    unsafe withUnsafePointer(to: state) { unsafe Platform.wake(at: $0, all: false) }
  }
}
