import MemoryRegions
import MemoryTestSupport
import Synchronization
import SystemPackage
import Testing

@Suite struct RegionMappingTests {
  @Test(arguments: [0, 1, 9, 14, 18])
  func `a reservation is aligned and its ends are given back`(order: Int) throws {
    let journal = CallJournal()
    let table = journal.table()
    let layout = try RegionLayout(RegionOptions(byteCount: 3 << 20, largestOrder: order))
    let base = try RegionMapping.reserve(layout, table)
    #expect(base % (4096 << order) == 0)
    #expect(!journal.isBalanced)
    try table.unmap(base, 3 << 20)
    #expect(journal.isBalanced)
  }

  @Test func `alignment beyond the address space is refused`() throws {
    let layout = try RegionLayout(RegionOptions(byteCount: 1 << 30, largestOrder: 35))
    let error = #expect(throws: RegionError.self) { try RegionMapping.reserve(layout, .linux) }
    #expect(error?.kind == .invalidLargestOrder)
    #expect(error?.detail.contains("order 35") == true)
    #expect(error?.detail.hasSuffix("choose a smaller largest order") == true)
    // Here the order is not to blame.
    let large = try RegionLayout(RegionOptions(byteCount: 1 << 47 - 4096))
    let refusal = #expect(throws: RegionError.self) { try RegionMapping.reserve(large, .linux) }
    #expect(refusal?.kind == .largerThanAddressSpace)
  }

  @Test func `an address space that is full is a refusal with its errno`() throws {
    var table = SystemCalls.linux
    table.map = { (_, _) throws(Errno) in throw .noMemory }
    let error = #expect(throws: RegionError.self) {
      try MemoryRegion(RegionOptions(byteCount: 1 << 20), systemCalls: table)
    }
    #expect(error?.kind == .reservationRefused)
    #expect(error?.call == "mmap")
  }

  @Test func `a trim that fails gives back only what is held`() throws {
    // The two ends are given back in turn; after the first, its addresses are anybody's.
    for failing in [0, 1] {
      let calls = Calls()
      var table = SystemCalls.linux
      table.map = { (_, byteCount) throws(Errno) in 0x10_0000_2000 }
      table.unmap = { (address, byteCount) throws(Errno) in
        if calls.add(address..<address + byteCount) == failing { throw .noMemory }
      }
      let layout = try RegionLayout(RegionOptions(byteCount: 1 << 20, largestOrder: 4))
      #expect(throws: RegionError.self) { try RegionMapping.reserve(layout, table) }
      let ranges = calls.ranges
      try #require(ranges.count == failing + 2)
      let given = ranges[..<failing]
      #expect(given.allSatisfy { !$0.overlaps(ranges[failing + 1]) })
      #expect(ranges[failing + 1].upperBound == 0x10_0000_2000 + (1 << 20) + (15 << 12))
    }
  }
}

/// The ranges that a call was made with.
private final class Calls: Sendable {
  private let made = Mutex<[Range<Int>]>([])

  var ranges: [Range<Int>] { made.withLock { $0 } }

  /// Adds a range. Returns how many there were.
  func add(_ range: Range<Int>) -> Int {
    made.withLock {
      $0.append(range)
      return $0.count - 1
    }
  }
}
