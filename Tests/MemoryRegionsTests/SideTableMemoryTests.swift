import Glibc
import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct SideTableMemoryTests {
  @Test func `tables are zero, page aligned and rounded up`() throws {
    let journal = CallJournal()
    do {
      let tables = try SideTableMemory(byteCount: 5000, systemCalls: journal.table())
      #expect(tables.byteCount == 8192)
      #expect(Int(bitPattern: unsafe tables.baseAddress) % 4096 == 0)
      // Within the 8192 bytes, while the tables live.
      #expect(unsafe tables.baseAddress.load(fromByteOffset: 8184, as: UInt64.self) == 0)
      unsafe tables.baseAddress.storeBytes(of: 1, toByteOffset: 8184, as: UInt64.self)
    }
    #expect(journal.isBalanced)
  }

  @Test func `tables for a terabyte take no memory until touched`() throws {
    let tables = try SideTableMemory(byteCount: 512 << 20)
    let start = Int(bitPattern: unsafe tables.baseAddress)
    #expect(try SystemCalls.linux.residentPages(start..<start + tables.byteCount) == 0)
    // Within the tables, while they live. One byte is one page, also where huge pages are usual.
    unsafe tables.baseAddress.storeBytes(of: 1, toByteOffset: 256 << 20, as: UInt8.self)
    #expect(try SystemCalls.linux.residentPages(start..<start + tables.byteCount) == 1)
  }

  @Test func `more than there can be is refused`() throws {
    let error = #expect(throws: RegionError.self) { try SideTableMemory(byteCount: .max) }
    #expect(error?.kind == .sideTablesRefused)
  }

  @Test(arguments: [-1, 4096, -4096, 8191])
  func `a byte before or after the tables ends the process`(offset: Int) async {
    await #expect(processExitsWith: .signal(SIGSEGV)) { [offset] in
      handleFaultsByDefault()
      trapping {
        // Tables on both sides: the kernel joins mappings that are alike.
        var others: [SideTableMemory] = []
        for _ in 0..<4 { others.append(try SideTableMemory(byteCount: 4096)) }
        let tables = try SideTableMemory(byteCount: 4096)
        for _ in 0..<4 { others.append(try SideTableMemory(byteCount: 4096)) }
        let start = unsafe tables.baseAddress
        for inside in [0, 4095] {
          // Within the tables, while they live.
          unsafe start.storeBytes(of: 1, toByteOffset: inside, as: UInt8.self)
        }
        // Outside them, which is the point.
        unsafe start.storeBytes(of: 1, toByteOffset: offset, as: UInt8.self)
        withExtendedLifetime((tables, others)) {}
      }
    }
  }

  @Test func `a child reads zeros`() async {
    await #expect(processExitsWith: .success) {
      var tables: SideTableMemory? = try SideTableMemory(byteCount: 4096)
      let start = try #require(tables.map { Int(bitPattern: unsafe $0.baseAddress) })
      // Mapped until the parent drops the tables; the child's drop must not unmap.
      let word = unsafe word(at: start)
      unsafe word.pointee = 5
      let status = statusOfForkedChild {
        guard unsafe word.pointee == 0 else { return 1 }
        tables = nil
        return unsafe word.pointee == 0 ? 0 : 2
      }
      #expect(status == 0)
      #expect(unsafe word.pointee == 5)
      #expect(tables?.byteCount == 4096)
    }
  }

  @Test func `tables of no size trap`() async {
    await #expect(processExitsWith: .failure) {
      _ = setUp { try SideTableMemory(byteCount: 0) }
    }
  }
}
