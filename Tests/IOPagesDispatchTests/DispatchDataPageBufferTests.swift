// Bytes are looked at through copies: in Swift 6.3 on Linux, what `data[index]` was used on is never let
// go of.

#if Dispatch
  import Dispatch
  import Glibc
  import IOPages
  import IOPagesDispatch
  import MemoryTestSupport
  import Testing

  @Suite(.leavesNoPages) struct DispatchDataPageBufferTests {
    private let pool: PagePool
    /// Where references go. What waits in it is done when `sync` returns.
    private let queue = DispatchQueue(label: "DispatchDataPageBufferTests")

    init() throws {
      pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20)))
    }

    private var pagesOut: Int { queue.sync { pool.statistics.allocatedPages } }

    /// Pages that hold 0, 1, 2 … in each byte.
    private func countingPage(_ count: Int) throws -> PageBuffer {
      var page = try pool.allocate(pages: count)
      for index in 0..<page.byteCount { page[index] = UInt8(truncatingIfNeeded: index) }
      return PageBuffer(page)
    }

    private func pages(_ count: Int) throws -> (DispatchData, address: UInt) {
      let buffer = try countingPage(count)
      let address = buffer.address
      return (DispatchData(takingOwnershipOf: buffer, releasingOn: queue), address)
    }

    @Test func theBytesStayWhereTheyAre() throws {
      do {
        let (data, address) = try pages(3)
        #expect(data.addresses == [address])
        #expect(data.count == 3 * 4096)
        #expect(Array(data)[4097] == 1)
        #expect(pagesOut == 3)
      }
      #expect(pagesOut == 0)
    }

    @Test func aPageIsTakenAsItIs() throws {
      let page = try pool.allocate(order: 1)
      let address = unsafe UInt(bitPattern: page.baseAddress)
      do {
        let data = DispatchData(takingOwnershipOf: page, releasingOn: queue)
        #expect(data.addresses == [address])
        #expect(data.count == 8192)
      }
      #expect(pagesOut == 0)
    }

    @Test func nothingIsEmptyData() throws {
      let data = DispatchData(takingOwnershipOf: try pool.allocate(pages: 0))
      #expect(data.isEmpty)
      #expect(DispatchData(sharing: SharedPageBuffer()).isEmpty)
    }

    @Test func fewBytesAreNotCopiedEither() throws {
      do {
        let buffer = try countingPage(1)
        let address = buffer.address
        let data = DispatchData(
          takingOwnershipOf: buffer.extracting(7..<8), releasingOn: queue)
        #expect(data.addresses == [address + 7])
        #expect(Array(data) == [7])
      }
      #expect(pagesOut == 0)
    }

    @Test func sharedBytesStayShared() throws {
      let buffer = try countingPage(2)
      let address = buffer.address
      var shared: SharedPageBuffer? = buffer.freeze()
      do {
        let data = DispatchData(
          sharing: shared?.extracting(100..<4200) ?? SharedPageBuffer(), releasingOn: queue)
        #expect(data.addresses == [address + 100])
        #expect(data.count == 4100)
        // To append makes a list of the two: the bytes are nobody's to change.
        var longer = data
        longer.append(DispatchData(takingOwnershipOf: try pool.allocate(pages: 1)))
        #expect(longer.count == 4100 + 4096)
        #expect(shared?[100] == 100)
        #expect(throws: AdoptionError.shared) { try shared?.releaseRest() }
        shared = nil
        #expect(pagesOut >= 2)
        #expect(Array(data).last == UInt8(truncatingIfNeeded: 4199))
      }
      waitUntilNothingIsOut()
    }

    @Test func theReferenceThatDataHasGoesWithIt() throws {
      var shared = try countingPage(1).freeze()
      do {
        let data = DispatchData(sharing: shared, releasingOn: queue)
        #expect(throws: AdoptionError.shared) { _ = try shared.thaw() }
        withExtendedLifetime(data) {}
      }
      queue.sync {}
      let buffer = try shared.thaw()
      #expect(buffer[9] == 9)
    }

    @Test func viewsKeepThePagesUntilTheLastGoes() throws {
      var view: DispatchData?
      let addresses: (UInt, UInt)
      do {
        var (data, first) = try pages(2)
        let (other, second) = try pages(1)
        addresses = (first, second)
        data.append(other)
        #expect(data.count == 3 * 4096)
        #expect(data.addresses == [first, second])
        view = data.subdata(in: 8000..<8292)
      }
      // The view lies on both.
      #expect(pagesOut == 3)
      #expect(view?.addresses == [addresses.0 + 8000, addresses.1])
      #expect(view.map { Array($0) }?[190..<194] == [254, 255, 0, 1])
      view = view?.subdata(in: 192..<292)
      #expect(view?.addresses == [addresses.1])
      #expect(pagesOut == 1)
      view = nil
      #expect(pagesOut == 0)
    }

    @Test func withoutAQueueThePagesComeBackAsWell() throws {
      do {
        let data = DispatchData(takingOwnershipOf: try countingPage(4))
        #expect(pagesOut == 4)
        #expect(data.count == 4 * 4096)
      }
      waitUntilNothingIsOut()
    }

    @Test func aClientsPagesComeBackToItsAccount() throws {
      let client = try pool.limited(to: 2, reserving: 2)
      for _ in 0..<10 {
        do {
          let data = DispatchData(
            takingOwnershipOf: try client.allocate(pages: 2), releasingOn: queue)
          #expect(client.allocatedPages == 2)
          withExtendedLifetime(data) {}
        }
        queue.sync {}
      }
      #expect(client.allocatedPages == 0)
    }

    @Test func theRegionIsUnmappedWithTheLastView() throws {
      weak var region: MemoryRegion?
      var view: DispatchData?
      do {
        let opened = try MemoryRegion(RegionOptions(byteCount: 1 << 16))
        let pool = try PagePool(region: opened)
        region = opened
        var page = try pool.allocate(pages: 16)
        page[65_535] = 42
        view = DispatchData(takingOwnershipOf: page, releasingOn: queue)
          .subdata(in: 65_535..<65_536)
      }
      queue.sync {}
      #expect(region != nil)
      #expect(view.map { Array($0) } == [42])
      view = nil
      queue.sync {}
      #expect(region == nil)
    }

    @Test func dataMayGoOnOtherThreads() throws {
      let values = Guarded<[DispatchData]>([])
      for _ in 0..<8 {
        let data = try pages(4).0
        for part in 0..<16 {
          values.withLock { $0.append(data.subdata(in: part * 1024..<part * 1024 + 1024)) }
        }
      }
      #expect(pagesOut == 32)
      onThreads(4) { _ in
        while let data = values.withLock({ $0.popLast() }) {
          let bytes = Array(data)
          if bytes.first != 0 || bytes.last != 255 { Issue.record("A view has other bytes.") }
        }
      }
      #expect(pagesOut == 0)
    }

    /// What is let go of on the system's queue comes back when that gets to it.
    private func waitUntilNothingIsOut() {
      for _ in 0..<100_000 where pagesOut > 0 { usleep(100) }
      #expect(pagesOut == 0)
    }
  }

  extension PageBuffer {
    fileprivate var address: UInt { unsafe UInt(bitPattern: baseAddress) }
  }

  extension DispatchData {
    /// Where the parts are; only numbers.
    fileprivate var addresses: [UInt] {
      var addresses: [UInt] = []
      unsafe enumerateBytes { bytes, _, _ in addresses.append(UInt(bitPattern: bytes.baseAddress)) }
      return addresses
    }
  }
#endif
