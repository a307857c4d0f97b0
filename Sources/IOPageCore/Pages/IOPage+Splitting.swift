// Taking a run apart. The parts are owners like any other: each gives its own pages back, in any
// order, and no part pins another. (The slices of Mirage's `to_pages` share the block, so that one
// live slice keeps all of it.) No bookkeeping is needed, since the buddy frees any run.

/// The two parts of a run that was split.
@frozen
public struct IOPageHalves: ~Copyable {
  /// The pages below the split.
  public var head: IOPage
  /// The pages from the split on.
  public var tail: IOPage

  @inlinable
  init(head: consuming IOPage, tail: consuming IOPage) {
    self.head = head
    self.tail = tail
  }
}

extension IOPage {
  /// Splits the run in two; either part may be empty.
  ///
  /// - Parameter page: the number of pages of the first part.
  /// - Precondition: `page` is in `0...pageCount`.
  /// - Complexity: O(1).
  public consuming func split(at page: Int) -> IOPageHalves {
    precondition(page >= 0 && page <= pageCount, "The split lies outside of the run.")
    let pool = pool
    guard !isEmpty else {
      // Only remembered, never looked at: an empty page has no bytes.
      let address = unsafe address
      return IOPageHalves(head: self, tail: unsafe IOPage(emptyOf: pool, at: address))
    }
    let frames = frames
    discard self
    let middle = frames.lowerBound + page
    return IOPageHalves(
      head: IOPage(frames.lowerBound..<middle, of: pool),
      tail: IOPage(middle..<frames.upperBound, of: pool))
  }

  /// Keeps a part of the run and gives the rest back at once.
  ///
  /// - Parameter pages: the pages to keep, counted from the run's first; none gives back all.
  /// - Precondition: the bounds are in `0...pageCount`.
  /// - Complexity: O(levels) for each aligned block that the rest consists of.
  public consuming func extracting(_ pages: Range<Int>) -> IOPage {
    precondition(
      pages.lowerBound >= 0 && pages.upperBound <= pageCount, "The pages lie outside of the run.")
    // The parts around the middle are dropped here, which gives them back.
    let halves = split(at: pages.lowerBound)
    let rest = halves.tail.split(at: pages.count)
    return rest.head
  }

  /// Takes the run apart into single pages, in ascending order, and appends them to `pages`:
  /// Mirage's `to_pages`, with owners instead of slices.
  ///
  /// - Precondition: `pages` has room for ``pageCount`` more.
  /// - Complexity: O(pages).
  public consuming func split(into pages: inout OutputSpan<IOPage>) {
    precondition(pageCount <= pages.freeCapacity, "The container has no room for the pages.")
    let pool = pool
    let frames = isEmpty ? 0..<0 : frames
    discard self
    for frame in frames { pages.append(IOPage(frame..<frame + 1, of: pool)) }
  }

  /// An empty page that remembers where it was.
  @unsafe
  private init(emptyOf pool: PoolReference, at address: UnsafeMutableRawPointer) {
    self.pool = pool
    unsafe self.address = address
    pageCount = 0
  }
}
