// Asking those who could give memory back. A pool that is short of pages asks its reclaimers: one
// round at a time, on the thread that needs the pages, with no lock held.

/// What a reclaimer is told: the request that cannot be met at the moment.
public struct PressureRequest: Equatable, Sendable {
  /// The number of pages that are needed.
  public var pages: Int
  /// The order of the block that is needed; 0 where separate pages will do.
  public var order: Int
  /// How many rounds there have been for this request, from 1. Later rounds should give up more.
  public var attempt: Int

  public init(pages: Int, order: Int, attempt: Int) {
    self.pages = pages
    self.order = order
    self.attempt = attempt
  }
}

/// Keeps a reclaimer registered. When the token goes, the reclaimer is not called any more; a call
/// that is running on another thread is waited for.
public struct PressureToken: ~Copyable, Sendable {
  private let reclaimer: Reclaimer

  init(_ reclaimer: Reclaimer) { self.reclaimer = reclaimer }

  deinit { reclaimer.cancel() }
}
