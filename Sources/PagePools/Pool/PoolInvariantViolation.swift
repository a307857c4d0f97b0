public import BuddyAllocator

/// What ``PagePool/checkInvariants()`` found to be wrong.
public enum PoolInvariantViolation: Error, Equatable, Sendable {
  /// The buddy's books are wrong.
  case buddy(InvariantViolation)
  /// A page is free although buffers have parts of it.
  case freePageHasParts(frame: Int)
  /// The pattern in a free page of an inspected pool was written over.
  case freePageWasWritten(frame: Int)
  /// A page has more parts than are counted beside it, and nobody counts them.
  case wrongPartCount(frame: Int)
  /// Parts are counted of a page that does not have so many.
  case wrongCrowdedPages
}
