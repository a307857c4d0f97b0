// The error of this subsystem: true when it is thrown, and explaining itself. A trivial value, so
// that throwing it allocates nothing.
//
// It stands in this layer, not above, because the pool decides under its lock whether memory is
// out, and the figures of the error are those of that instant.

/// A request for pages that could not be met.
///
/// At some instant between the call and the throw, no memory that the pool holds would have met
/// the request, and every reclaimer that may be asked had been asked.
public struct OutOfMemory: Error, Equatable, Sendable {
  /// What kept the request from being met.
  public enum Reason: Equatable, Sendable {
    /// Fewer pages are free than were asked for.
    case exhausted
    /// Enough pages are free, but not as one aligned block of the order asked for. A run that is
    /// not a power of two is cut from a block of the next one.
    case fragmented
    /// The request needs a block of an order that the pool could never have: above its largest
    /// order, or longer than its region. So does a request of more separate pages than it has.
    case largerThanRegion
    /// Neither the node that was asked for nor one of the others that were allowed has a pool in the
    /// set.
    case noPoolOnNode
    /// The limit that was set for this client of the pool is reached.
    case limit
    /// The kernel had no memory to put behind the pages.
    case notBacked
    /// The pages are there, or may be, but belong to requests that wait and were made before this one.
    case othersWait
    /// The task that waited for the pages was cancelled.
    case cancelled
    /// The request was chosen to fail, to test what its caller makes of it (``AllocationFaults``).
    case injected
    /// The pool belongs to the process that this one was forked from.
    case notOwner
  }

  /// The number of pages that were asked for; `Int.max` where it exceeds that.
  public var requestedPages: Int
  /// The order of the block that was asked for: the smallest that holds ``requestedPages``; 0 for
  /// a request of separate pages.
  public var requestedOrder: Int
  /// The number of pages that were free at that instant, without those reserved for others.
  public var freePages: Int
  /// The order of the largest free block at that instant; nil if none was free.
  public var largestFreeOrder: Int?
  /// The NUMA node that was asked for; −1 stands for any.
  public var node: Int
  /// The number of other nodes that had no memory for the request either: at some instant of the call
  /// none of all these had. The pages are those of all of them together, the largest block is that of
  /// any, each of the instant when the node was asked. 0 for a single pool.
  public var otherNodes: Int
  /// What kept the request from being met.
  public var reason: Reason
  /// The limit of this client that the request would have exceeded; nil if that is not the reason.
  public var limit: Limit?

  /// How many pages a client may have.
  public struct Limit: Equatable, Sendable {
    /// The pages that it may have out at once.
    public var pages: Int
    /// The pages that it had out at that instant.
    public var pagesOut: Int

    /// A limit with these figures: for layers above the pool, and for tests.
    public init(pages: Int, pagesOut: Int) {
      self.pages = pages
      self.pagesOut = pagesOut
    }
  }

  /// An error with these figures: for layers above the pool, and for tests.
  public init(
    requestedPages: Int, requestedOrder: Int, freePages: Int, largestFreeOrder: Int?,
    node: Int = -1, otherNodes: Int = 0, reason: Reason, limit: Limit? = nil
  ) {
    self.requestedPages = requestedPages
    self.requestedOrder = requestedOrder
    self.freePages = freePages
    self.largestFreeOrder = largestFreeOrder
    self.node = node
    self.otherNodes = otherNodes
    self.reason = reason
    self.limit = limit
  }
}

extension OutOfMemory: CustomStringConvertible {
  /// One sentence that says what was asked for, what there was, and what to change.
  public var description: String {
    let request = "No memory for \(requestedPages) page(s) of 4 KiB (order \(requestedOrder))"
    let free = "\(freePages) page(s) are free"
    let largest = largestFreeOrder.map { "the largest free block has order \($0)" } ?? "no block"
    let others = otherNodes > 0 ? " or \(otherNodes) other node(s)" : ""
    let place = node < 0 ? "" : " on node \(node)\(others)"
    switch reason {
    case .exhausted where otherNodes > 0 && freePages >= requestedPages:
      return "\(request)\(place): \(free) on all of them together, fewer than that on each. "
        + "Ask for fewer at once: those of one request come from one node."
    case .exhausted:
      return "\(request)\(place): \(free). "
        + "Give pages back, commit more of the region, or open a larger one."
    case .fragmented:
      return "\(request)\(place): \(free), but \(largest). "
        + "Ask for smaller blocks, or keep long-lived pages in a pool of their own."
    case .largerThanRegion:
      return "\(request)\(place): the pool never has a block of that order. "
        + "Open a larger region, or one with a larger largestOrder."
    case .noPoolOnNode:
      return "\(request) on node \(node): the set has no pool there. "
        + "Choose one of its nodes, or allow others."
    case .limit:
      let figures = limit.map { " of \($0.pages) page(s), \($0.pagesOut) of them out," } ?? ""
      return "\(request): this client's limit\(figures) is reached; the pool has \(free). "
        + "Give pages back, or raise the limit."
    case .notBacked:
      return "\(request)\(place): the kernel has no memory to put behind free pages. "
        + "Free memory on the machine, or raise the memory limit."
    case .othersWait:
      return "\(request)\(place): \(free), but other requests have been waiting for them. "
        + "Wait as they do, or give pages back."
    case .cancelled:
      return "\(request)\(place): the task was cancelled while it waited; \(free)."
    case .injected:
      return "\(request)\(place): \(free), but the request was chosen to fail. "
        + "Call removeFaults() to have memory again."
    case .notOwner:
      return "\(request): the pool belongs to the parent process. Open a pool after the fork."
    }
  }
}
