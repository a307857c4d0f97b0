// A client's view of a pool, with a limit and a reserve of its own.

/// A view of a pool for one client: it may have so many pages out at once, and so many are always to be
/// had by it. Its pages are ordinary ones.
///
/// The view keeps the pool open. Dropping it ends the reserve; pages taken through it may outlive it,
/// and may be dropped on any thread. It may be used from any thread, like the pool itself.
///
/// Requests through the view go past the processors' caches, under the pool's lock.
public final class LimitedPool: Sendable {
  /// The pool that serves.
  public let pool: PagePool
  /// The pages that may be out at once through this view.
  public let limit: Int
  /// The pages that can be had through this view whatever others do, those that are out included.
  ///
  /// The promise is for single pages: larger blocks may be wanting for fragmentation. Where memory
  /// was trimmed from a populated region, the kernel must have it again when it is needed.
  public let reserve: Int

  package let client: ClientReference

  fileprivate init(
    _ pool: PagePool, limit: Int, reserve: Int
  ) throws(OutOfMemory) {
    client = try pool.reference.makeClient(limit: limit, reserve: reserve)
    self.pool = pool
    self.limit = limit
    self.reserve = reserve
  }

  deinit { pool.reference.close(client) }

  /// The pages that are out through this view. A page that was given out as a plain address stays
  /// among them as long as the view exists. O(1).
  public var allocatedPages: Int { pool.reference.pagesOut(of: client) }
}

extension PagePool {
  /// Makes a view of the pool for one client.
  ///
  /// - Parameters:
  ///   - limit: the pages that may be out at once through the view. A request beyond that fails at
  ///     once, with the reason ``OutOfMemory/Reason/limit``.
  ///   - reserve: the pages that can be had through the view whatever others do: none of them is
  ///     handed out to anybody else from now on.
  /// - Throws: ``OutOfMemory`` if fewer pages than `reserve` can be set aside now, reclaimers having
  ///   been asked, or while requests wait for pages.
  /// - Precondition: `reserve` is in `0...limit`.
  /// - Complexity: O(1), and O(cached blocks) where these are needed for the reserve. Any thread.
  public func limited(
    to limit: Int, reserving reserve: Int = 0
  ) throws(OutOfMemory) -> LimitedPool {
    precondition(reserve >= 0 && reserve <= limit, "A reserve must be in 0...limit.")
    return try LimitedPool(self, limit: limit, reserve: reserve)
  }
}
