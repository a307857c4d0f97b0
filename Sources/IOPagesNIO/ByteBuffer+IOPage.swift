// A page becomes a ByteBuffer by an interface of SwiftNIO that its versions do not promise:
// `@_spi(CustomByteBufferAllocator)`. Nothing else in this package depends on it.

#if NIO
  public import IOPageCore
  @_spi(CustomByteBufferAllocator) public import NIOCore

  extension ByteBuffer {
    /// Makes a buffer of pages, without a copy.
    ///
    /// The buffer is like any other. Slices share the pages. Writing goes to them while the buffer is
    /// the only one that has them; else, and where it outgrows them, the buffer goes on in memory of
    /// the heap. The pages are given back when the last buffer that has them goes, on any thread.
    ///
    /// There is no way back: a `ByteBuffer` cannot give its memory up. To copy its bytes out, use
    /// `page.copyBytes(from: buffer.readableBytesSpan)`.
    ///
    /// - Parameters:
    ///   - page: the pages; none give an empty buffer, without capacity.
    ///   - readerIndex: where the readable bytes begin.
    ///   - writerIndex: where they end, and what is written comes next; nil for the end of the pages.
    /// - Precondition: `0 <= readerIndex <= writerIndex <= page.byteCount`, which is less than 4 GiB.
    /// - Complexity: O(1). Any thread.
    public init(
      takingOwnershipOf page: consuming IOPage, readerIndex: Int = 0, writerIndex: Int? = nil
    ) {
      let byteCount = page.byteCount
      let writerIndex = writerIndex ?? byteCount
      precondition(
        byteCount <= UInt32.max, "A byte buffer holds less than 4 GiB.")
      precondition(
        readerIndex >= 0 && readerIndex <= writerIndex && writerIndex <= byteCount,
        "The indices lie outside of the pages.")
      guard byteCount > 0 else {
        self.init()
        return
      }
      let address = unsafe page.baseAddress
      PageOwners.shared.insert(PageOwner(page), at: UInt(bitPattern: address))
      // The pages are ours until the allocator's `deallocate` gets this address, once.
      unsafe self.init(
        takingOwnershipOf: UnsafeMutableRawBufferPointer(start: address, count: byteCount),
        allocator: .pages, readerIndex: readerIndex, writerIndex: writerIndex)
    }
  }
#endif
