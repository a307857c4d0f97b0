// Several owners at once, in the container that can hold values which are not copied.

public import BasicContainers
public import IOPageCore

extension PagePool {
  /// Takes `count` pages, each with an owner of its own: Mirage's `pages`.
  ///
  /// They need not be next to each other, and each is given back by itself. All are taken, or
  /// none.
  ///
  /// - Parameters:
  ///   - count: how many; `1 << order` of them is Mirage's `pages_order`.
  ///   - contents: what they hold.
  ///   - reclaim: whether reclaimers may be asked before the request fails.
  ///   - tag: what they are for; it costs nothing unless the pool records tags.
  /// - Throws: ``OutOfMemory``.
  /// - Precondition: `count` is not negative.
  /// - Complexity: O(count), with the pool's lock held, and O(bytes) where memory must be cleared.
  ///   Any thread.
  public func allocate(
    singlePages count: Int, contents: PageContents = .zeroed, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) throws(OutOfMemory) -> UniqueArray<IOPage> {
    precondition(count >= 0, "A number of pages must not be negative.")
    guard count > 0 else { return UniqueArray() }
    // No room is made in the array for a number that the pool could never meet.
    try reference.checkCanEverMeet(.singles(count: count))
    let pool = reference
    return try UniqueArray(capacity: count) { (span) throws(OutOfMemory) in
      try IOPage.append(count, to: &span, contents: contents, reclaim: reclaim, tag: tag, of: pool)
    }
  }
}

extension PagePool {
  /// Takes `count` pages, each with an owner of its own, and appends them to `pages`, which grows
  /// as needed: a container that is used again and again is allocated once.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - pages: where they go.
  ///   - contents: what they hold.
  ///   - reclaim: whether reclaimers may be asked before the request fails.
  ///   - tag: what they are for; it costs nothing unless the pool records tags.
  /// - Throws: ``OutOfMemory``; then the elements of `pages` are unchanged.
  /// - Precondition: `count` is not negative.
  /// - Complexity: O(count), and O(bytes) where memory must be cleared. Any thread.
  @inlinable
  public func allocate(
    singlePages count: Int, into pages: inout UniqueArray<IOPage>,
    contents: PageContents = .zeroed, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) throws(OutOfMemory) {
    precondition(count >= 0, "A number of pages must not be negative.")
    // No room is made in the array for a number that the pool could never meet.
    if count > pages.freeCapacity { try reference.checkCanEverMeet(.singles(count: count)) }
    let pool = reference
    try pages.append(addingCount: count) { (span) throws(OutOfMemory) in
      try IOPage.append(count, to: &span, contents: contents, reclaim: reclaim, tag: tag, of: pool)
    }
  }

  /// Gives all pages of a container back. It is empty afterwards and keeps its capacity.
  ///
  /// - Complexity: O(pages). Any thread.
  @inlinable
  public func free(_ pages: inout UniqueArray<IOPage>) {
    let pool = reference
    pages.edit { IOPage.freeAll(&$0, to: pool) }
  }
}

extension IOPage {
  /// Takes the run apart into single pages, in ascending order: Mirage's `to_pages`, with owners
  /// instead of slices that pin the block.
  ///
  /// - Complexity: O(pages).
  public consuming func split() -> UniqueArray<IOPage> {
    let count = pageCount
    // A closure cannot consume what it captures, but it can take it out of an optional.
    var run: IOPage? = consume self
    return UniqueArray(capacity: count) { span in run.take()?.split(into: &span) }
  }
}
