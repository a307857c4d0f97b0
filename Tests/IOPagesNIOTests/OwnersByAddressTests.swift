#if NIO
  import IOPages
  import MemoryTestSupport
  import Testing

  @testable import IOPagesNIO

  @Suite(.leavesNoPages) struct OwnersByAddressTests {
    private let pool = PoolTestMemory.makePool(pages: 16)
    private let owners = OwnersByAddress()

    private func buffer(pages: Int = 1) throws -> PageBuffer {
      PageBuffer(try pool.allocate(pages: pages))
    }

    @Test func anOwnerIsFoundByItsAddressOnce() throws {
      let place = UInt(5) << 12
      owners.insert(try buffer(pages: 3), at: place)
      #expect(owners.remove(UInt(6) << 12) == nil)
      #expect(owners.remove(place + 1) == nil)
      #expect(pool.statistics.allocatedPages == 3)
      #expect(owners.remove(place) != nil)
      #expect(pool.statistics.allocatedPages == 0)
      #expect(owners.remove(place) == nil)
    }

    @Test func addressesOfOneTableAreApart() throws {
      for number in 1...8 { owners.insert(try buffer(), at: UInt(number) << 18) }
      for number in 1...8 {
        #expect(pool.statistics.allocatedPages == 9 - number)
        #expect(owners.remove(UInt(number) << 18) != nil)
      }
      #expect(pool.statistics.allocatedPages == 0)
    }

    /// In a forked child, where pages of its parent were that it does not have.
    @Test func pagesStayUntilAllWhoHaveTheirAddressAreGone() throws {
      let place = UInt(9) << 12
      owners.insert(try buffer(pages: 1), at: place)
      owners.insert(try buffer(pages: 2), at: place)
      #expect(pool.statistics.allocatedPages == 2)
      #expect(owners.remove(place) != nil)
      #expect(pool.statistics.allocatedPages == 2)
      #expect(owners.remove(place) != nil)
      #expect(pool.statistics.allocatedPages == 0)
      #expect(owners.remove(place) == nil)
    }
  }
#endif
