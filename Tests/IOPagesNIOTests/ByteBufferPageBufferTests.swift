#if NIO
  import IOPages
  import IOPagesNIO
  import MemoryTestSupport
  import NIOCore
  import Testing

  @Suite struct ByteBufferPageBufferTests {
    private let pool: PagePool

    init() throws {
      pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20)))
    }

    private var pagesOut: Int { pool.statistics.allocatedPages }

    /// Pages that hold 0, 1, 2 … in each byte, and their address.
    private func pages(_ count: Int) throws -> (ByteBuffer, address: UInt) {
      var page = try pool.allocate(pages: count)
      for index in 0..<page.byteCount { page[index] = UInt8(truncatingIfNeeded: index) }
      let address = unsafe UInt(bitPattern: page.baseAddress)
      return (ByteBuffer(takingOwnershipOf: page), address)
    }

    @Test func theBytesStayWhereTheyAre() throws {
      do {
        let (buffer, address) = try pages(3)
        #expect(buffer.address == address)
        #expect(buffer.readableBytes == 3 * 4096)
        #expect(buffer.storageCapacity == 3 * 4096)
        #expect(buffer.getInteger(at: 4097, as: UInt16.self) == 0x0102)
        #expect(pagesOut == 3)
      }
      #expect(pagesOut == 0)
    }

    @Test func theIndicesAreTheCallers() throws {
      let page = try pool.allocate(pages: 1)
      let address = unsafe UInt(bitPattern: page.baseAddress)
      var buffer = ByteBuffer(takingOwnershipOf: page, readerIndex: 10, writerIndex: 14)
      #expect(buffer.readerIndex == 10)
      #expect(buffer.readableBytes == 4)
      #expect(buffer.writableBytes == 4096 - 14)
      #expect(buffer.address == address + 10)
      // What is written next goes into the page.
      buffer.writeInteger(UInt32(7))
      #expect(buffer.readerIndex == 10)
      #expect(buffer.address == address + 10)
      #expect(buffer.getInteger(at: 14, as: UInt32.self) == 7)
    }

    @Test func nothingIsAnEmptyBuffer() throws {
      var buffer = ByteBuffer(takingOwnershipOf: try pool.allocate(pages: 0))
      #expect(buffer.readableBytes == 0)
      buffer.writeString("abc")
      #expect(buffer.readableBytes == 3)
      #expect(pagesOut == 0)
    }

    @Test func partsOfAPageAreApart() throws {
      var page = try pool.allocate(pages: 2)
      page.storeBytes(of: 0x0102, toByteOffset: 13, as: UInt16.self, .bigEndian)
      let address = unsafe UInt(bitPattern: page.baseAddress)
      let halves = PageBuffer(page).split(at: 14)
      var header: ByteBuffer? = ByteBuffer(takingOwnershipOf: halves.head)
      var payload: ByteBuffer? = ByteBuffer(takingOwnershipOf: halves.tail)
      #expect(header?.address == address)
      #expect(payload?.address == address + 14)
      // A header that grows does not run into the payload.
      header?.writeInteger(UInt8(99))
      #expect(header?.address != address)
      #expect(payload?.getInteger(at: 0, as: UInt8.self) == 2)
      header = nil
      #expect(pagesOut == 2)
      payload = nil
      #expect(pagesOut == 0)
      try pool.checkInvariants()
    }

    @Test func sharedBytesAreCopiedUnlessTheyAreNotShared() throws {
      var page = try pool.allocate(pages: 1)
      page[5] = 5
      let address = unsafe UInt(bitPattern: page.baseAddress)
      let shared = PageBuffer(page).freeze()
      do {
        var copy = ByteBuffer(copyingIfShared: shared)
        #expect(copy.address != address)
        copy.setInteger(UInt8(6), at: 5)
        #expect(copy.readableBytes == 4096)
        #expect(shared[5] == 5)
      }
      #expect(shared.count == 4096)
      do {
        let alone = ByteBuffer(copyingIfShared: consume shared)
        #expect(alone.address == address)
        #expect(alone.getInteger(at: 5, as: UInt8.self) == 5)
        #expect(pagesOut == 1)
      }
      #expect(pagesOut == 0)
    }

    @Test func theLastSliceGivesThePagesBack() throws {
      var slice: ByteBuffer?
      do {
        let (buffer, address) = try pages(2)
        slice = buffer.getSlice(at: 4090, length: 10)
        #expect(slice?.address == address + 4090)
      }
      #expect(pagesOut == 2)
      #expect(slice?.getInteger(at: 0, as: UInt8.self) == 0xfa)
      slice = slice?.getSlice(at: 1, length: 1)
      #expect(pagesOut == 2)
      slice = nil
      #expect(pagesOut == 0)
    }

    @Test func theOnlyBufferIsWrittenInPlace() throws {
      var (buffer, address) = try pages(1)
      buffer.setInteger(0xdead_beef, at: 100, as: UInt32.self)
      #expect(buffer.address == address)
      #expect(buffer.getInteger(at: 100, as: UInt32.self) == 0xdead_beef)
      buffer.clear()
      buffer.writeRepeatingByte(7, count: 4096)
      #expect(buffer.address == address)
      #expect(pagesOut == 1)
    }

    @Test func aSharedBufferIsCopiedWhenItIsWritten() throws {
      do {
        let (original, address) = try pages(1)
        var copy = original
        copy.setInteger(UInt8(99), at: 0)
        #expect(copy.address != address)
        #expect(copy.getInteger(at: 0, as: UInt8.self) == 99)
        #expect(copy.getInteger(at: 1, as: UInt8.self) == 1)
        #expect(original.address == address)
        #expect(original.getInteger(at: 0, as: UInt8.self) == 0)
        // The copy is the heap's.
        #expect(pagesOut == 1)
      }
      #expect(pagesOut == 0)
    }

    @Test func thePagesGoWithTheOriginalThatAllHaveLeft() throws {
      var (buffer, address) = try pages(1)
      let slice = buffer.getSlice(at: 8, length: 8)
      // Both leave the page, the second one not before it is the only one.
      buffer.writeInteger(UInt8(1))
      #expect(buffer.address != address)
      #expect(pagesOut == 1)
      var last = slice ?? ByteBuffer()
      #expect(last.address == address + 8)
      last = buffer
      #expect(last == buffer)
      withExtendedLifetime(slice) { #expect(pagesOut == 1) }
    }

    @Test func aBufferThatOutgrowsItsPagesGoesOnInTheHeap() throws {
      var (buffer, address) = try pages(2)
      let before = buffer
      #expect(before.address == address)
      do {
        var alone = try pages(1).0
        #expect(pagesOut == 3)
        alone.writeInteger(UInt64(5))
        #expect(pagesOut == 2)
        #expect(alone.readableBytes == 4096 + 8)
        #expect(alone.getInteger(at: 255, as: UInt8.self) == 255)
        #expect(alone.getInteger(at: 4096, as: UInt64.self) == 5)
        // And once more, from heap to heap.
        alone.writeRepeatingByte(3, count: 100_000)
        #expect(alone.getInteger(at: 4095, as: UInt8.self) == 255)
        #expect(alone.getInteger(at: 104_103, as: UInt8.self) == 3)
      }
      buffer.reserveCapacity(1 << 16)
      #expect(buffer.address != address)
      #expect(buffer == before)
      #expect(pagesOut == 2)
    }

    @Test func aBufferThatShrinksLeavesItsPages() throws {
      var (buffer, _) = try pages(4)
      buffer.moveReaderIndex(to: 16000)
      let hasShrunk = buffer.shrinkBufferCapacity(to: 512)
      #expect(hasShrunk)
      #expect(pagesOut == 0)
      #expect(buffer.readableBytes == 384)
      #expect(buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) == 0x80)
    }

    @Test func readBytesAreDiscardedInPlace() throws {
      var (buffer, address) = try pages(1)
      buffer.moveReaderIndex(to: 4000)
      let hasMoved = buffer.discardReadBytes()
      #expect(hasMoved)
      #expect(buffer.address == address)
      #expect(buffer.getInteger(at: 0, as: UInt8.self) == 0xa0)
      #expect(pagesOut == 1)
    }

    @Test func aClientsPagesComeBackToItsAccount() throws {
      let client = try pool.limited(to: 2, reserving: 2)
      for _ in 0..<10 {
        let buffer = ByteBuffer(takingOwnershipOf: try client.allocate(pages: 2))
        #expect(client.allocatedPages == 2)
        #expect(throws: OutOfMemory.self) { _ = try client.allocate(pages: 1) }
        withExtendedLifetime(buffer) {}
      }
      #expect(client.allocatedPages == 0)
    }

    @Test func aClientsPagesOutliveItsView() throws {
      var buffer: ByteBuffer?
      do {
        let client = try pool.limited(to: 3, reserving: 1)
        buffer = ByteBuffer(takingOwnershipOf: try client.allocate(pages: 3))
      }
      #expect(pagesOut == 3)
      #expect(buffer?.readableBytes == 3 * 4096)
      buffer = nil
      #expect(pagesOut == 0)
      try pool.checkInvariants()
    }

    @Test func theRegionIsUnmappedWithTheLastBuffer() throws {
      weak var region: MemoryRegion?
      var slice: ByteBuffer?
      do {
        let opened = try MemoryRegion(RegionOptions(byteCount: 1 << 16))
        let pool = try PagePool(region: opened)
        region = opened
        var page = try pool.allocate(pages: 16)
        page[65_535] = 42
        slice = ByteBuffer(takingOwnershipOf: page).getSlice(at: 65_535, length: 1)
      }
      #expect(region != nil)
      #expect(slice?.getInteger(at: 0, as: UInt8.self) == 42)
      slice = nil
      #expect(region == nil)
    }

    @Test func aBufferMayGoOnAnotherThread() throws {
      let buffers = Guarded<[ByteBuffer]>([])
      for _ in 0..<8 {
        let buffer = try pages(4).0
        for part in 0..<16 {
          let slice = buffer.getSlice(at: part * 1024, length: 1024)
          buffers.withLock { $0.append(slice ?? ByteBuffer()) }
        }
      }
      #expect(pagesOut == 32)
      onThreads(4) { _ in
        while let buffer = buffers.withLock({ $0.popLast() }) {
          if buffer.readableBytes != 1024 { Issue.record("A slice has lost bytes.") }
        }
      }
      #expect(pagesOut == 0)
    }

    @Test func manyThreadsTakeAndDropAtOnce() throws {
      let pool = pool
      onThreads(4) { thread in
        for round in 0..<2000 {
          guard var page = try? pool.allocate(pages: 1) else {
            Issue.record("There are enough pages for all.")
            return
          }
          page[0] = UInt8(thread)
          let buffer = ByteBuffer(takingOwnershipOf: page)
          let slice = buffer.getSlice(at: 0, length: 1 + round % 100)
          if slice?.getInteger(at: 0, as: UInt8.self) != UInt8(thread) {
            Issue.record("Another thread has written to the page.")
          }
        }
      }
      #expect(pagesOut == 0)
      try pool.checkInvariants()
    }

    @Test func indicesOutsideTrap() async {
      await #expect(processExitsWith: .trap) {
        let pool = PoolTestMemory.makePool(pages: 1)
        _ = ByteBuffer(takingOwnershipOf: try pool.allocate(pages: 1), writerIndex: 4097)
      }
      await #expect(processExitsWith: .trap) {
        let pool = PoolTestMemory.makePool(pages: 1)
        _ = ByteBuffer(
          takingOwnershipOf: try pool.allocate(pages: 1), readerIndex: 3, writerIndex: 2)
      }
    }
  }

  extension ByteBuffer {
    /// Where the readable bytes are.
    var address: UInt { unsafe withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) } }
  }
#endif
