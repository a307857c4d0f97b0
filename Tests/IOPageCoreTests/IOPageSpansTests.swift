import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct IOPageSpansTests {
  @Test func spansShowTheSameBytes() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    var page = try pool.allocate(pages: 2)
    var writable = page.mutableBytes
    #expect(writable.byteCount == 8192)
    writable.storeBytes(of: 0x0102_0304, toByteOffset: 4096, as: UInt32.self)
    let readable = page.bytes
    #expect(readable.byteCount == 8192)
    #expect(unsafe readable.unsafeLoad(fromByteOffset: 4096, as: UInt32.self) == 0x0102_0304)
  }

  @Test func onePageOfARun() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    var page = try pool.allocate(pages: 3)
    page[2 * 4096 + 5] = 77
    #expect(page.bytes(ofPage: 2).byteCount == 4096)
    #expect(unsafe page.bytes(ofPage: 2).unsafeLoad(fromByteOffset: 5, as: UInt8.self) == 77)
    #expect(unsafe page.bytes(ofPage: 1).unsafeLoad(fromByteOffset: 5, as: UInt8.self) == 0)
  }

  @Test func bytesBySubscript() throws {
    let pool = PoolTestMemory.makePool(pages: 1)
    var page = try pool.allocate(pages: 1)
    page[0] = 1
    page[4095] = 2
    #expect(page[0] == 1)
    #expect(page[4095] == 2)
    #expect(page[1] == 0)
  }

  @Test func outsideTraps() async {
    await #expect(processExitsWith: .trap) {
      let page = try PoolTestMemory.makePool(pages: 1).allocate(pages: 1)
      _ = page[4096]
    }
    await #expect(processExitsWith: .trap) {
      var page = try PoolTestMemory.makePool(pages: 1).allocate(pages: 1)
      page[-1] = 0
    }
    await #expect(processExitsWith: .trap) {
      let page = try PoolTestMemory.makePool(pages: 1).allocate(pages: 1)
      _ = page.bytes(ofPage: 1).byteCount
    }
    await #expect(processExitsWith: .trap) {
      let page = try PoolTestMemory.makePool(pages: 1).allocate(pages: 1)
      _ = unsafe page.bytes.unsafeLoad(fromByteOffset: 4093, as: UInt32.self)
    }
  }
}
