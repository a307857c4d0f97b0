// The figures of a stress run: each life of a thread counts for itself, and all are added up.

/// What threads have done.
struct StressTally: Equatable, Sendable {
  var operations = 0
  /// Blocks, runs and single pages that were taken, and given back.
  var allocations = 0
  var frees = 0
  /// Requests that were refused.
  var refusals = 0
  /// Pages that were looked at since they were to be zero.
  var zeroedPages = 0
  /// Blocks that were exchanged with other threads.
  var handovers = 0
  /// Operations on buffers and parts.
  var parts = 0
  /// Pages whose memory was given back to the kernel, and walks over the books.
  var trimmedPages = 0
  var walks = 0
  /// The pages that were out, or asked for, at each operation, added up.
  var pagesOut = 0
  /// Threads that have ended.
  var lives = 0

  mutating func add(_ other: StressTally) {
    operations += other.operations
    allocations += other.allocations
    frees += other.frees
    refusals += other.refusals
    zeroedPages += other.zeroedPages
    handovers += other.handovers
    parts += other.parts
    trimmedPages += other.trimmedPages
    walks += other.walks
    pagesOut += other.pagesOut
    lives += other.lives
  }
}
