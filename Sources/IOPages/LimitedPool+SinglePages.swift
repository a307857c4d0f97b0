// Several owners at once through a client's view of a pool.

public import BasicContainers
public import IOPageCore

extension LimitedPool {
  /// Takes `count` pages, each with an owner of its own. All are taken, or none.
  ///
  /// - Throws: ``OutOfMemory``, with the reason ``OutOfMemory/Reason/limit`` if the view's limit
  ///   would be exceeded.
  /// - Precondition: `count` is not negative.
  /// - Complexity: O(count) under the pool's lock, and O(bytes) where memory must be cleared. Any
  ///   thread.
  public func allocate(
    singlePages count: Int, contents: PageContents = .zeroed, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) throws(OutOfMemory) -> UniqueArray<IOPage> {
    var pages = UniqueArray<IOPage>()
    try allocate(singlePages: count, into: &pages, contents: contents, reclaim: reclaim, tag: tag)
    return pages
  }

  /// Takes `count` pages, each with an owner of its own, and appends them to `pages`, which grows as
  /// needed. All are taken, or none.
  ///
  /// - Throws: ``OutOfMemory``, with the reason ``OutOfMemory/Reason/limit`` if the view's limit
  ///   would be exceeded; then the elements of `pages` are unchanged.
  /// - Precondition: `count` is not negative.
  /// - Complexity: O(count) under the pool's lock, and O(bytes) where memory must be cleared. Any
  ///   thread.
  public func allocate(
    singlePages count: Int, into pages: inout UniqueArray<IOPage>,
    contents: PageContents = .zeroed, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) throws(OutOfMemory) {
    precondition(count >= 0, "A number of pages must not be negative.")
    // No room is made in the array for a number that the pool could never meet.
    if count > pages.freeCapacity { try pool.reference.checkCanEverMeet(.singles(count: count)) }
    try pages.append(addingCount: count) { (span) throws(OutOfMemory) in
      try allocate(singlePages: count, into: &span, contents: contents, reclaim: reclaim, tag: tag)
    }
  }
}
