import Synchronization
import Testing

@testable import IOPages

/// The moments of waiting, one by one; RingWaitingTests has them against each other.
@Suite struct RingReferenceWaitingTests {
  private func withRing(_ body: (RingReference) async -> Void) async {
    let ring = RingReference()
    await body(ring)
    #expect(!ring.leave())
    #expect(ring.leave())
    ring.deallocate()
  }

  @Test func whoeverHasSomethingDoesNotSleep() async {
    await withRing { ring in
      await ring.wait { false }
      // Nobody waits any more.
      #expect(!ring.isConsumerWaiting)
      ring.wake()
    }
  }

  /// The element comes between the announcement and the suspension.
  @Test func aWakeUpBeforeTheSuspensionCounts() async {
    await withRing { ring in
      await ring.wait {
        #expect(ring.isConsumerWaiting)
        ring.wake()
        // A second one finds nobody, and does nothing.
        ring.wake()
        return true
      }
      #expect(!ring.isConsumerWaiting)
    }
  }

  /// The handler of the cancellation has run when the consumer announces itself: it must see for itself.
  @Test func aCancellationBeforeTheAnnouncementCounts() async {
    await withRing { ring in
      let task = Task {
        while !Task.isCancelled { await Task.yield() }
        await ring.wait { true }
      }
      task.cancel()
      await task.value
      #expect(!ring.isConsumerWaiting)
    }
  }

  @Test func aCancellationAfterTheAnnouncementCounts() async {
    await withRing { ring in
      let task = Task { await ring.wait { true } }
      while !ring.isConsumerWaiting { await Task.yield() }
      task.cancel()
      await task.value
      #expect(!ring.isConsumerWaiting)
    }
  }

  @Test func aWakeUpWithoutAnybodyIsNotRemembered() async {
    await withRing { ring in
      ring.wake()
      let task = Task { await ring.wait { true } }
      while !ring.isConsumerWaiting { await Task.yield() }
      ring.wake()
      await task.value
    }
  }
}

extension RingReference {
  /// Whether a `wake()` would find somebody.
  fileprivate var isConsumerWaiting: Bool {
    // The control block is valid while the test has it.
    unsafe control.pointee.isWaiting.load(ordering: .acquiring)
  }
}
