import MemoryTestSupport
import Synchronization
import Testing

@testable import PagePools

@Suite(.tags(.concurrency)) struct PlatformTests {
  /// A number that only the lock protects.
  private final class Guarded: @unchecked Sendable {
    let lock = PoolLock()
    var value = 0
  }

  @Test(arguments: [1, 2, 4])
  func theLockExcludes(threads: Int) {
    let guarded = Guarded()
    onThreads(threads) { _ in
      for _ in 0..<20_000 {
        guarded.lock.acquire()
        guarded.value += 1
        guarded.lock.release()
      }
    }
    #expect(guarded.value == threads * 20_000)
  }

  @Test func anEventWakesAllThatWait() {
    final class Meeting: Sendable {
      let start = EventCount()
      let woken = Atomic<Int>(0)
    }
    let meeting = Meeting()
    let waiting = (0..<3).map { _ in
      RunningThread {
        meeting.start.wait(after: 0)
        meeting.woken.wrappingAdd(1, ordering: .relaxed)
      }
    }
    meeting.start.signal()
    for thread in waiting { thread.wait() }
    #expect(meeting.woken.load(ordering: .relaxed) == 3)
    #expect(meeting.start.current == 1)
  }

  @Test func runningThreadsHaveDifferentIdentifiers() {
    let own = Platform.threadIdentifier
    #expect(own != 0)
    #expect(own == Platform.threadIdentifier)
    onThreads(2) { _ in
      #expect(Platform.threadIdentifier != own)
      #expect(Platform.threadIdentifier != 0)
    }
    #expect(Platform.processorNumber >= 0)
  }
}
