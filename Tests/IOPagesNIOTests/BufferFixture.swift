#if NIO
  import IOPages
  import IOPagesNIO
  import NIOCore

  /// A pool of 256 pages, and byte buffers over some of them.
  struct BufferFixture {
    let pool: PagePool

    init() throws {
      pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20)))
    }

    var pagesOut: Int { pool.statistics.allocatedPages }

    /// Pages that hold 0, 1, 2 … in each byte, and their address.
    func pages(_ count: Int) throws -> (ByteBuffer, address: UInt) {
      var page = try pool.allocate(pages: count)
      for index in 0..<page.byteCount { page[index] = UInt8(truncatingIfNeeded: index) }
      let address = unsafe UInt(bitPattern: page.baseAddress)
      return (ByteBuffer(takingOwnershipOf: page), address)
    }
  }

  extension ByteBuffer {
    /// Where the readable bytes are.
    var address: UInt { unsafe withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) } }
  }
#endif
