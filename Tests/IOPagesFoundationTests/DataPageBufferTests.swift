#if Foundation
  import FoundationEssentials
  import Glibc
  import IOPages
  import IOPagesFoundation
  import MemoryTestSupport
  import Testing

  @Suite(.leavesNoPages) struct DataPageBufferTests {
    private let pool: PagePool

    init() throws {
      pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20)))
    }

    private var pagesOut: Int { pool.statistics.allocatedPages }

    /// Pages that hold 0, 1, 2 … in each byte.
    private func pages(_ count: Int) throws -> (Data, address: UInt) {
      let buffer = try countingPage(count)
      let address = buffer.address
      return (Data(takingOwnershipOf: buffer), address)
    }

    private func countingPage(_ count: Int) throws -> PageBuffer {
      var page = try pool.allocate(pages: count)
      for index in 0..<page.byteCount { page[index] = UInt8(truncatingIfNeeded: index) }
      return PageBuffer(page)
    }

    @Test func theBytesStayWhereTheyAre() throws {
      do {
        let (data, address) = try pages(3)
        #expect(data.address == address)
        #expect(data.count == 3 * 4096)
        #expect(data[4097] == 1)
        #expect(pagesOut == 3)
      }
      #expect(pagesOut == 0)
    }

    @Test func aPageIsTakenAsItIs() throws {
      let page = try pool.allocate(order: 1)
      let address = unsafe UInt(bitPattern: page.baseAddress)
      do {
        let data = Data(takingOwnershipOf: page)
        #expect(data.address == address)
        #expect(data.count == 8192)
      }
      #expect(pagesOut == 0)
    }

    @Test func nothingIsEmptyData() throws {
      #expect(Data(takingOwnershipOf: try pool.allocate(pages: 0)) == Data())
      #expect(Data(copyingIfShared: SharedPageBuffer()) == Data())
    }

    /// So few bytes Data keeps in itself.
    @Test(arguments: [1, 14, 15])
    func fewBytesMayBeCopied(count: Int) throws {
      do {
        let buffer = try countingPage(1)
        let data = Data(takingOwnershipOf: buffer.extracting(100..<100 + count))
        #expect(Array(data) == (100..<100 + UInt8(count)).map { $0 })
        #expect(pagesOut == (count > 14 ? 1 : 0))
      }
      #expect(pagesOut == 0)
    }

    @Test func partsOfAPageAreApart() throws {
      let buffer = try countingPage(2)
      let address = buffer.address
      let halves = buffer.split(at: 20)
      var header: Data? = Data(takingOwnershipOf: halves.head)
      var payload: Data? = Data(takingOwnershipOf: halves.tail)
      #expect(header?.address == address)
      #expect(payload?.address == address + 20)
      // A header that grows does not run into the payload.
      header?.append(99)
      #expect(header?.address != address)
      #expect(payload?.first == 20)
      header = nil
      #expect(pagesOut == 2)
      payload = nil
      #expect(pagesOut == 0)
      try pool.checkInvariants()
    }

    @Test func theLastSliceGivesThePagesBack() throws {
      var slice: Data?
      do {
        let (data, address) = try pages(2)
        slice = data[4000..<4100]
        #expect(slice?.address == address + 4000)
      }
      #expect(pagesOut == 2)
      #expect(slice?.first == 0xa0)
      slice = slice?.dropFirst(90)
      #expect(pagesOut == 2)
      slice = nil
      #expect(pagesOut == 0)
    }

    /// What makes Data of shared bytes unsafe: it writes to memory that it did not allocate.
    @Test func theOnlyValueIsWrittenInPlace() throws {
      var (data, address) = try pages(1)
      data[100] = 7
      unsafe data.withUnsafeMutableBytes { (bytes: UnsafeMutableRawBufferPointer) in
        unsafe bytes[101] = 8
      }
      data.resetBytes(in: 102..<104)
      #expect(data.address == address)
      #expect(Array(data[99..<105]) == [99, 7, 8, 0, 0, 104])
      // The address is that of the page, which `data` keeps.
      let page = unsafe UnsafeRawPointer(bitPattern: address)
      #expect(unsafe page?.load(fromByteOffset: 100, as: UInt8.self) == 7)
      #expect(pagesOut == 1)
    }

    @Test func aSharedValueIsCopiedWhenItIsWritten() throws {
      do {
        let (original, address) = try pages(1)
        var copy = original
        copy[0] = 99
        #expect(copy.address != address)
        #expect(copy[0] == 99)
        #expect(copy[1] == 1)
        #expect(original.address == address)
        #expect(original[0] == 0)
        #expect(pagesOut == 1)
      }
      #expect(pagesOut == 0)
    }

    @Test func aValueThatOutgrowsItsPagesGoesOnInTheHeap() throws {
      var (data, address) = try pages(1)
      data.append(5)
      #expect(pagesOut == 0)
      #expect(data.address != address)
      #expect(data.count == 4097)
      #expect(data[255] == 255)
      #expect(data[4096] == 5)
      data.append(contentsOf: Array(repeating: 3, count: 100_000))
      #expect(data[4095] == 255)
      #expect(data.count == 104_097)
    }

    @Test func whatIsAppendedToASliceDoesNotOverwriteTheRest() throws {
      let (data, _) = try pages(1)
      var slice = data[10..<40]
      slice.append(99)
      #expect(data[40] == 40)
      #expect(slice.last == 99)
      #expect(pagesOut == 1)
    }

    @Test func sharedBytesAreNeverChanged() throws {
      let buffer = try countingPage(1)
      let address = buffer.address
      let shared = buffer.freeze()
      let slice = shared.extracting(50..<100)
      for bytes in [shared, slice] {
        var data = Data(copyingIfShared: bytes)
        #expect(Array(data) == [UInt8](copying: bytes))
        #expect(data.address & ~4095 != address)
        data[0] = 77
        #expect(data[0] == 77)
      }
      #expect(shared[0] == 0)
      #expect(slice[0] == 50)
      #expect(pagesOut == 1)
    }

    @Test func bytesThatNobodyElseHasAreNotCopied() throws {
      let buffer = try countingPage(3)
      let address = buffer.address
      do {
        let shared = buffer.freeze()
        let slice = shared.extracting(4096 + 8..<4096 + 108)
        _ = consume shared
        var data = Data(copyingIfShared: consume slice)
        #expect(data.address == address + 4096 + 8)
        #expect(Array(data) == (8..<108).map { $0 })
        // The pages without any of the bytes are back.
        #expect(pagesOut == 1)
        data[0] = 9
        #expect(data.address == address + 4096 + 8)
      }
      #expect(pagesOut == 0)
    }

    @Test func aClientsPagesComeBackToItsAccount() throws {
      let client = try pool.limited(to: 2, reserving: 2)
      for _ in 0..<10 {
        let data = Data(takingOwnershipOf: try client.allocate(pages: 2))
        #expect(client.allocatedPages == 2)
        withExtendedLifetime(data) {}
      }
      #expect(client.allocatedPages == 0)
    }

    @Test func theRegionIsUnmappedWithTheLastValue() throws {
      weak var region: MemoryRegion?
      var slice: Data?
      do {
        let opened = try MemoryRegion(RegionOptions(byteCount: 1 << 16))
        let pool = try PagePool(region: opened)
        region = opened
        var page = try pool.allocate(pages: 16)
        page[65_535] = 42
        slice = Data(takingOwnershipOf: page)[65_500..<65_536]
      }
      #expect(region != nil)
      #expect(slice?.last == 42)
      slice = nil
      #expect(region == nil)
    }

    @Test func valuesMayGoOnOtherThreads() throws {
      let values = Guarded<[Data]>([])
      for _ in 0..<8 {
        let data = try pages(4).0
        for part in 0..<16 { values.withLock { $0.append(data[part * 1024..<part * 1024 + 1024]) } }
      }
      #expect(pagesOut == 32)
      onThreads(4) { _ in
        while let data = values.withLock({ $0.popLast() }) {
          if data.first != 0 || data.last != 255 { Issue.record("A slice has other bytes.") }
        }
      }
      #expect(pagesOut == 0)
    }

    @Test func valuesDroppedInAChildAreStillTheParents() async {
      await #expect(processExitsWith: .exitCode(0)) {
        let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20)))
        var data: Data? = Data(takingOwnershipOf: try pool.allocate(pages: 4))
        let status = statusOfForkedChild {
          data = nil
          return 0
        }
        guard status == 0 else { exit(status ?? 99) }
        guard pool.statistics.allocatedPages == 4, data?.count == 16_384 else { exit(50) }
        data = nil
        guard pool.statistics.allocatedPages == 0 else { exit(51) }
      }
    }
  }

  extension PageBuffer {
    fileprivate var address: UInt { unsafe UInt(bitPattern: baseAddress) }
  }

  extension Data {
    /// Where the bytes are; only a number.
    fileprivate var address: UInt { unsafe withUnsafeBytes { UInt(bitPattern: $0.baseAddress) } }
  }
#endif
