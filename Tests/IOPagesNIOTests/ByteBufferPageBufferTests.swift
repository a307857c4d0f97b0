#if NIO
  import IOPages
  import IOPagesNIO
  import MemoryTestSupport
  import NIOCore
  import Testing

  @Suite(.leavesNoPages) struct ByteBufferPageBufferTests {
    private let fixture: BufferFixture
    private var pool: PagePool { fixture.pool }
    private var pagesOut: Int { fixture.pagesOut }

    init() throws { fixture = try BufferFixture() }

    @Test func theBytesStayWhereTheyAre() throws {
      do {
        let (buffer, address) = try fixture.pages(3)
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
        let (buffer, address) = try fixture.pages(2)
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
      var (buffer, address) = try fixture.pages(1)
      buffer.setInteger(0xdead_beef, at: 100, as: UInt32.self)
      #expect(buffer.address == address)
      #expect(buffer.getInteger(at: 100, as: UInt32.self) == 0xdead_beef)
      buffer.clear()
      buffer.writeRepeatingByte(7, count: 4096)
      #expect(buffer.address == address)
      #expect(pagesOut == 1)
    }

    @Test func readBytesAreDiscardedInPlace() throws {
      var (buffer, address) = try fixture.pages(1)
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
        let buffer = try fixture.pages(4).0
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
        trapping {
          let pool = PoolTestMemory.makePool(pages: 1)
          _ = ByteBuffer(takingOwnershipOf: try pool.allocate(pages: 1), writerIndex: 4097)
        }
      }
      await #expect(processExitsWith: .trap) {
        trapping {
          let pool = PoolTestMemory.makePool(pages: 1)
          _ = ByteBuffer(
            takingOwnershipOf: try pool.allocate(pages: 1), readerIndex: 3, writerIndex: 2)
        }
      }
      await #expect(processExitsWith: .trap) {
        trapping {
          let pool = PoolTestMemory.makePool(pages: 1)
          _ = ByteBuffer(takingOwnershipOf: try pool.allocate(pages: 1), readerIndex: -1)
        }
      }
      // Of an empty buffer NIO sees nothing.
      await #expect(processExitsWith: .trap) {
        _ = ByteBuffer(takingOwnershipOf: PageBuffer(), writerIndex: 1)
      }
    }
  }
#endif
