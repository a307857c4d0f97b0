// What a pool must know of the memory behind its pages to let go of it and to get it back. How that is
// done is the business of the layer that has the memory.

/// How the memory behind a pool's pages goes and comes back.
public struct PoolBacking: Sendable {
  /// The binary logarithm of the pages that can only go together: 0 for base pages, 9 for huge pages
  /// of 2 MiB.
  public var unitOrder = 0
  /// Whether pages that were never handed out have memory behind them.
  public var isPresentAtFirst = true
  /// Whether pages that were given back read as zero, whatever anybody does meanwhile.
  public var becomesZero = false
  /// Sees to it that there is memory behind pages again, and that it is as was promised; any pages of
  /// the pool, in use or not, whose contents do not change. Returns whether it is so. Called with no
  /// lock held.
  ///
  /// Nil where a page's memory comes when it is touched, and nothing was promised of it.
  public var populate: (@Sendable (_ pages: Range<Int>) -> Bool)?

  /// Whether ``populate`` brings memory in, so that more can be brought in at once than was asked for.
  public var bringsMemoryIn = true
  /// Makes pages inaccessible, which may lose what they hold. Returns whether they are. Called with no
  /// lock held; nil where that cannot be done.
  public var guardPages: (@Sendable (_ pages: Range<Int>) -> Bool)?
  /// Makes such pages ordinary ones again, whatever they hold then. Returns whether there is memory
  /// behind them, where that was promised. Called with no lock held.
  public var unguardPages: (@Sendable (_ pages: Range<Int>) -> Bool)?

  /// Base pages that are there and of whose contents nothing is known.
  public init() {}
}
