// Pages become a ByteBuffer by an interface of SwiftNIO that its versions do not promise:
// `@_spi(CustomByteBufferAllocator)`. Nothing else in this package depends on it.

#if NIO
  public import IOPageCore
  @_spi(CustomByteBufferAllocator) public import NIOCore

  extension ByteBuffer {
    /// Makes a byte buffer of a buffer's bytes, without a copy.
    ///
    /// It is like any other. Slices share the pages. Writing goes to them while one value has them
    /// alone; else, and where it outgrows the bytes, it goes on in memory of the heap. The pages are
    /// given back when the last value goes that has them, on any thread.
    ///
    /// There is no way back: a `ByteBuffer` cannot give its memory up. To copy its bytes out, use
    /// `buffer.copyBytes(from: byteBuffer.readableBytesSpan)`.
    ///
    /// - Parameters:
    ///   - buffer: the bytes; none give an empty byte buffer, without capacity.
    ///   - readerIndex: where the readable bytes begin.
    ///   - writerIndex: where they end, and what is written comes next; nil for the end of the bytes.
    /// - Precondition: `0 <= readerIndex <= writerIndex <= buffer.count`, which is less than 4 GiB.
    /// - Complexity: O(1). Any thread.
    public init(
      takingOwnershipOf buffer: consuming PageBuffer, readerIndex: Int = 0,
      writerIndex: Int? = nil
    ) {
      let count = buffer.count
      let writerIndex = writerIndex ?? count
      precondition(count <= UInt32.max, "A byte buffer holds less than 4 GiB.")
      precondition(
        readerIndex >= 0 && readerIndex <= writerIndex && writerIndex <= count,
        "The indices lie outside of the bytes.")
      guard count > 0 else {
        self.init()
        return
      }
      let start = unsafe buffer.baseAddress
      OwnersByAddress.shared.insert(buffer, at: UInt(bitPattern: start))
      // The bytes stay until the allocator's `deallocate` gets their address, once.
      unsafe self.init(
        takingOwnershipOf: UnsafeMutableRawBufferPointer(start: start, count: count),
        allocator: .pages, readerIndex: readerIndex, writerIndex: writerIndex)
    }

    /// Makes a byte buffer of pages, without a copy: see
    /// ``init(takingOwnershipOf:readerIndex:writerIndex:)-(PageBuffer,_,_)``.
    ///
    /// - Precondition: `0 <= readerIndex <= writerIndex <= page.byteCount`, which is less than 4 GiB.
    /// - Complexity: O(1). Any thread.
    public init(
      takingOwnershipOf page: consuming IOPage, readerIndex: Int = 0, writerIndex: Int? = nil
    ) {
      self.init(
        takingOwnershipOf: PageBuffer(page), readerIndex: readerIndex, writerIndex: writerIndex)
    }

    /// Makes a byte buffer of shared bytes: of the bytes themselves if `buffer` is the only reference
    /// to them, else of a copy in memory of the heap, since a byte buffer may be written to.
    ///
    /// - Parameter buffer: give it up (`consume buffer`), or it counts as another reference.
    /// - Precondition: `buffer` has less than 4 GiB.
    /// - Complexity: O(1); O(bytes) if they are copied. Any thread.
    public init(copyingIfShared buffer: consuming SharedPageBuffer) {
      do throws(AdoptionError) {
        self.init(takingOwnershipOf: try buffer.thaw())
      } catch {
        self.init()
        writeBytes(buffer.bytes)
      }
    }
  }
#endif
