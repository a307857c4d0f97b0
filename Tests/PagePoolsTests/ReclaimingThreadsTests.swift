import MemoryTestSupport
import Testing

@testable import PagePools

@Suite struct ReclaimingThreadsTests {
  @Test func aThreadIsInTheListWhileItAsks() {
    let threads = ReclaimingThreads()
    #expect(!threads.containsCurrent)
    threads.insertCurrent()
    #expect(threads.containsCurrent)
    // Another thread is another one, and takes only itself out.
    onThreads(1) { _ in
      #expect(!threads.containsCurrent)
      threads.insertCurrent()
      threads.removeCurrent()
      #expect(!threads.containsCurrent)
    }
    #expect(threads.containsCurrent)
    threads.removeCurrent()
    #expect(!threads.containsCurrent)
  }
}
