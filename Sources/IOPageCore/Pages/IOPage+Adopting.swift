// The unsafe door: pages that leave as an address, for code that cannot hold an IOPage, and come
// back. The pool remembers which pages are out in that way, so that a wrong address, a wrong
// length and a second free are found out.

public import PagePools

/// Why memory cannot be turned into an ``IOPage``, or a shared buffer into a unique one. The memory
/// stays what it was.
public enum AdoptionError: Error, Equatable, Sendable {
  /// The first byte does not start a page: Mirage's `Buffer_is_not_page_aligned`.
  case notPageAligned
  /// The length is not a multiple of the page size: Mirage's `Buffer_not_multiple_of_page_size`.
  case notWholePages
  /// Some of it was not handed out by ``IOPage/release()`` of a page of this pool, or has come
  /// back already. Mirage accepts any aligned memory here.
  case notReleasedFromPool
  /// Other copies or slices of a ``SharedPageBuffer`` still refer to the same bytes, or to others
  /// that were frozen together with them.
  case shared
}

extension IOPage {
  /// Gives up the ownership without giving the pages back: they live until they are adopted by
  /// ``init(adopting:from:)`` or freed by `PagePool.free(released:)`.
  ///
  /// Keep the pool's handle: without it they cannot come back, and the region stays mapped for
  /// good.
  ///
  /// - Returns: the bytes; for an empty page, none.
  /// - Complexity: O(pages / 64). Any thread.
  @unsafe
  public consuming func release() -> UnsafeMutableRawBufferPointer {
    let bytes = unsafe UnsafeMutableRawBufferPointer(start: address, count: byteCount)
    if !isEmpty { pool.releaseToRaw(frames) }
    discard self
    return unsafe bytes
  }

  /// Takes the ownership of memory back that ``release()`` gave out, or of whole pages of it:
  /// Mirage's `of_cstruct_exn`.
  ///
  /// - Parameters:
  ///   - bytes: whole pages of one or more released runs; none gives an empty page.
  ///   - pool: the pool that they come from.
  /// - Throws: ``AdoptionError``: the alignment is checked first, then the length, then the pool.
  /// - Complexity: O(pages / 64). Any thread; of two threads that adopt the same page at the same
  ///   time, at most one succeeds.
  @unsafe
  public init(
    adopting bytes: UnsafeMutableRawBufferPointer, from pool: PagePool
  ) throws(AdoptionError) {
    let frames = try unsafe IOPage.claim(bytes, from: pool)
    self.init(frames, of: pool.reference)
  }

  @unsafe
  private static func claim(
    _ bytes: UnsafeMutableRawBufferPointer, from pool: PagePool
  ) throws(AdoptionError) -> Range<Int> {
    guard let start = bytes.baseAddress else { return 0..<0 }
    guard UInt(bitPattern: start) & UInt(pageSize - 1) == 0 else { throw .notPageAligned }
    guard bytes.count & (pageSize - 1) == 0 else { throw .notWholePages }
    guard bytes.count > 0 else { return 0..<0 }
    guard
      let frames = unsafe pool.reference.frames(
        at: start, pageCount: bytes.count >> PagePool.pageShift),
      pool.reference.claimRaw(frames)
    else { throw .notReleasedFromPool }
    return frames
  }
}
