// From shared bytes back to unique ones. Only the last reference can. The count of references is read
// with acquire, so that what another thread did before it dropped its own comes before the thaw.

internal import PagePools

extension SharedPageBuffer {
  /// Makes a unique buffer of the bytes again, if no other copy or slice refers to what was frozen.
  ///
  /// - Returns: these bytes, and not the others that were frozen with them: pages that are left
  ///   without bytes go back. This value is empty afterwards.
  /// - Throws: ``AdoptionError/shared``; then it is unchanged.
  /// - Complexity: O(1), and a free of the pages that are left without bytes.
  public mutating func thaw() throws(AdoptionError) -> PageBuffer {
    try releaseRest()
    let frozen = pages.take()
    unsafe start = UnsafeRawPointer(PoolReference.none.pointer)
    count = 0
    var buffer = PageBuffer()
    if let frozen { swap(&buffer, &frozen.buffer) }
    return buffer
  }

  /// Takes the pages out of bytes that are whole ones, if no other copy or slice refers to what was
  /// frozen.
  ///
  /// - Returns: the pages; this value is empty afterwards.
  /// - Throws: ``AdoptionError/notPageAligned``, ``AdoptionError/notWholePages`` or
  ///   ``AdoptionError/shared``, checked in this order; then it is unchanged.
  /// - Complexity: O(1), and a free of the pages that are left without bytes.
  public mutating func takePages() throws(AdoptionError) -> IOPage {
    guard isEmpty || UInt(bitPattern: unsafe start) & PageBuffer.pageMask == 0
    else { throw .notPageAligned }
    guard UInt(bitPattern: count) & PageBuffer.pageMask == 0 else { throw .notWholePages }
    var buffer = try thaw()
    return try buffer.takePages()
  }

  /// Gives the pages back that were frozen together with these bytes and have none of them, if no
  /// other copy or slice refers to what was frozen. A small slice kept for long then keeps no more
  /// than its own pages.
  ///
  /// - Throws: ``AdoptionError/shared``; then nothing has changed.
  /// - Complexity: O(1), and a free of the pages.
  public mutating func releaseRest() throws(AdoptionError) {
    guard !isEmpty else { return }
    guard isKnownUniquelyReferenced(&pages), let pages else { throw .shared }
    // Both are addresses of bytes in the buffer that was frozen.
    let offset = unsafe start - UnsafeRawPointer(pages.buffer.start)
    pages.buffer.removeLast(pages.buffer.count - offset - count)
    pages.buffer.removeFirst(offset)
  }
}
