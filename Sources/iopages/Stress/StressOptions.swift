// What a stress run does: how many threads, for how long, and how often each kind of operation is
// drawn. All that is random is drawn from the seed, for each life of a thread by itself, so that one
// thread without others beside it does the same thing each time.

/// How a pool is stressed.
struct StressOptions: Sendable {
  /// Threads that take and give back.
  var threads = 2
  /// When to end: after that time, or after so many operations of all threads; whichever is first.
  var seconds: Double?
  var operations: Int?
  var seed: UInt64 = 1
  /// The orders of blocks; each is half as likely as the one below.
  var orders = 0...9
  /// The share of the pool's pages that is out. Up to 1, threads never want more than this together,
  /// so that no request for a single page may fail; above 1 they want more than there is.
  var fill = 0.9
  /// The share of operations that pass a block to other threads, through slots that all share.
  var handover = 0.2
  /// The share of requests that are for single pages by the number, or for runs.
  var bulk = 0.1
  /// The share of operations that make buffers of blocks, and split, join, narrow and freeze them.
  var buffers = 0.15
  /// The share of requests for zeroed pages, each byte of which is looked at.
  var zeroed = 0.25
  /// Threads that give the memory of free pages back all the time.
  var trimmers = 0
  /// Threads that drain the caches and walk the pool's books all the time.
  var drainers = 0
  /// How many operations a thread lives for at most; another one takes its place. Nil: as suits the
  /// number of operations.
  var life: Int?

  /// The operations that a thread does, with those that take its place; nil if time ends it.
  func operations(ofThread thread: Int) -> Int? {
    operations.map { $0 / threads + (thread < $0 % threads ? 1 : 0) }
  }

  /// The most operations of one life.
  var longestLife: Int {
    if let life { return max(1, life) }
    return operations.map { min(20_000, max(100, $0 / threads / 4)) } ?? 20_000
  }
}
