// Which pages go back when bytes go: those in which no other buffer has a part. Pages are counted in
// addresses here; the pool counts the parts (PagePools/Pool/PoolReference+Parts.swift).

internal import PagePools

extension PageBuffer {
  /// The bits of an address or a length that lie inside a page.
  @inlinable
  static var pageMask: UInt { UInt(PagePool.pageSize &- 1) }

  /// Gives back what the buffer has, as its deinitialiser does.
  @usableFromInline
  func giveBack() {
    let end = unsafe start + count
    // The bytes are the buffer's, and it is not empty.
    unsafe PageBuffer.giveBack(
      from: PageBuffer.pageBelow(start), to: PageBuffer.pageAbove(end), of: pool,
      firstIsShared: PageBuffer.isInsidePage(start), lastIsShared: PageBuffer.isInsidePage(end))
  }

  /// Gives back those pages in which only the first `length` bytes lie, and not all of the bytes.
  @usableFromInline
  func giveBack(first length: Int) {
    // The bytes are the buffer's, and the page that the others begin in stays.
    unsafe PageBuffer.giveBack(
      from: PageBuffer.pageBelow(start), to: PageBuffer.pageBelow(start + length), of: pool,
      firstIsShared: PageBuffer.isInsidePage(start), lastIsShared: false)
  }

  /// Gives back those pages in which only the last `length` bytes lie, and not all of the bytes.
  @usableFromInline
  func giveBack(last length: Int) {
    let end = unsafe start + count
    // The bytes are the buffer's, and the page that the others end in stays.
    unsafe PageBuffer.giveBack(
      from: PageBuffer.pageAbove(end - length), to: PageBuffer.pageAbove(end), of: pool,
      firstIsShared: false, lastIsShared: PageBuffer.isInsidePage(end))
  }

  /// Gives back the pages between two addresses, if the second is the higher one.
  @unsafe
  private static func giveBack(
    from first: UnsafeMutableRawPointer, to end: UnsafeMutableRawPointer, of pool: PoolReference,
    firstIsShared: Bool, lastIsShared: Bool
  ) {
    // Both are addresses of pages in one region.
    unsafe pool.free(
      first, pageCount: (end - first) >> PagePool.pageShift, firstIsShared: firstIsShared,
      lastIsShared: lastIsShared)
  }

  /// Whether an address is not the first one of a page.
  @unsafe
  @inlinable
  static func isInsidePage(_ address: UnsafeMutableRawPointer) -> Bool {
    UInt(bitPattern: address) & pageMask != 0
  }

  /// The first address of the page that an address lies in.
  @unsafe
  private static func pageBelow(_ address: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    // In the same page.
    unsafe address - Int(UInt(bitPattern: address) & pageMask)
  }

  /// The first address of the first page that does not begin before an address.
  @unsafe
  private static func pageAbove(_ address: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    // At most the end of the page that the address lies in.
    unsafe address + Int((0 &- UInt(bitPattern: address)) & pageMask)
  }
}
