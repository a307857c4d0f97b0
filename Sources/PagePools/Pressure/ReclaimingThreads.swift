// Rounds of reclaiming in a set of pools. A reclaimer may take pages of another pool of the set, and
// there be short of them again. Did it then ask that pool's reclaimers, or wait for those who do, two
// threads could wait for each other's rounds. So a thread that asks reclaimers of one pool never
// does so in another: what one pool sees to by itself, the set sees to for all of its pools.

/// The threads that ask reclaimers of the pools of a set.
package final class ReclaimingThreads: @unchecked Sendable {
  // `lock` guards `threads`. It is the innermost one: pools take it with their own lock held.
  private let lock = PoolLock()
  /// At most one for each pool.
  private var threads: [UInt] = []

  package init() {}

  /// Whether the calling thread asks reclaimers at the moment.
  var containsCurrent: Bool {
    lock.acquire()
    defer { lock.release() }
    return threads.contains(Platform.threadIdentifier)
  }

  /// Records that the calling thread begins to ask.
  func insertCurrent() {
    lock.acquire()
    defer { lock.release() }
    threads.append(Platform.threadIdentifier)
  }

  /// Records that it has ended.
  func removeCurrent() {
    lock.acquire()
    defer { lock.release() }
    threads.removeAll { $0 == Platform.threadIdentifier }
  }
}
