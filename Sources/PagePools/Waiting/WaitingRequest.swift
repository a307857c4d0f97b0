// A request that waits for pages instead of failing. Its fate is decided under the pool's lock, once:
// pages are granted, or the wait is ended; whoever waits is told without the lock.

/// A request in a pool's queue.
package final class WaitingRequest: @unchecked Sendable {
  // Sendable: everything that changes is guarded by the pool's lock.

  /// What becomes of a request.
  package enum Fate: Equatable {
    case waiting
    /// It has the pages from this one on.
    case granted(firstPage: Int)
    /// It is no longer in the queue, and has nothing. The error says what there was then.
    case ended(OutOfMemory)
  }

  let request: PageRequest
  /// Changed with the pool's lock held.
  var fate = Fate.waiting
  /// Wakes who waits; nil while nobody does, and after it was called.
  var wake: (@Sendable () -> Void)?

  package init(_ request: PageRequest) { self.request = request }
}
