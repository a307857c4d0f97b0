import MemoryTestSupport
import Testing

@testable import IOPages

@Suite(.leavesNoPages) struct PoolTableTests {
  @Test func `each number has its pool, and all others have none`() throws {
    let first = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 4096)))
    let second = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 4096)))
    let table = PoolTable([first.reference, nil, second.reference])
    defer { table.deallocate() }
    // Two pools never have the same memory; the addresses are only numbers here.
    func base(_ pool: PoolReference?) -> UInt? { pool.map { unsafe UInt(bitPattern: $0.base) } }
    #expect(base(table[0]) == base(first.reference))
    #expect(base(table[1]) == nil)
    #expect(base(table[2]) == base(second.reference))
    for number in [3, UInt(Int.max), UInt(bitPattern: -1)] {
      #expect(table[number] == nil)
    }
    withExtendedLifetime((first, second)) {}
  }

  @Test func `a table of nothing has nothing`() {
    let table = PoolTable([])
    defer { table.deallocate() }
    #expect(table[0] == nil)
  }
}
