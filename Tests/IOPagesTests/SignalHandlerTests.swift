// What a signal handler may do. It interrupts any instruction, also one inside the pool's lock.

import Glibc
import IOPages
import MemoryTestSupport
import Synchronization
import Testing

/// What the handler reaches: it cannot capture anything.
private enum Interrupted {
  static let count = Atomic(0)
  static let answers = Atomic(0)
  // Set once, before the handler is installed.
  nonisolated(unsafe) static var pool: PagePool?
  nonisolated(unsafe) static var byte: UnsafeMutablePointer<UInt8>?
}

@Suite(.leavesNoPages) struct SignalHandlerTests {
  @Test(.timeLimit(.minutes(1)))
  func bytesAndStatisticsAreThereForAHandler() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let pool = try PagePool(
        region: MemoryRegion(RegionOptions(byteCount: 1 << 20)), inspection: .debugging())
      let page = try pool.allocate(pages: 1)
      unsafe Interrupted.pool = pool
      unsafe Interrupted.byte = page.baseAddress.assumingMemoryBound(to: UInt8.self)
      _ = signal(SIGALRM) { _ in
        Interrupted.count.wrappingAdd(1, ordering: .relaxed)
        unsafe Interrupted.byte?.pointee &+= 1
        if let figures = unsafe Interrupted.pool?.statisticsUnlessBusy, figures.pageCount == 256 {
          Interrupted.answers.wrappingAdd(1, ordering: .relaxed)
        }
      }
      let often = timeval(tv_sec: 0, tv_usec: 100)
      var timer = itimerval(it_interval: often, it_value: often)
      guard unsafe setitimer(Int32(ITIMER_REAL.rawValue), &timer, nil) == 0 else { exit(1) }
      // The pool's lock is held for much of this.
      while Interrupted.count.load(ordering: .relaxed) < 500
        || Interrupted.answers.load(ordering: .relaxed) == 0
      {
        _ = try pool.allocate(pages: 3, contents: .uninitialized)
      }
      timer = itimerval()
      guard unsafe setitimer(Int32(ITIMER_REAL.rawValue), &timer, nil) == 0 else { exit(2) }
      guard page[0] != 0 || Interrupted.count.load(ordering: .relaxed) % 256 == 0 else { exit(3) }
      try pool.checkInvariants()
      exit(0)
    }
  }
}
