import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct IOPageIntegersTests {
  private func page() throws -> IOPage { try PoolTestMemory.makePool(pages: 1).allocate(pages: 1) }

  @Test func bothByteOrders() throws {
    var page = try page()
    page.storeBytes(of: 0x0102_0304, toByteOffset: 1, as: UInt32.self, .bigEndian)
    #expect([page[1], page[2], page[3], page[4]] == [1, 2, 3, 4])
    #expect(page.load(fromByteOffset: 1, as: UInt32.self, .bigEndian) == 0x0102_0304)
    #expect(page.load(fromByteOffset: 1, as: UInt32.self, .littleEndian) == 0x0403_0201)
    page.storeBytes(of: 0x0102, toByteOffset: 4093, as: UInt16.self, .littleEndian)
    #expect([page[4093], page[4094], page[4095]] == [2, 1, 0])
    page.storeBytes(of: 0x0102, toByteOffset: 8, as: UInt16.self)
    // The bytes of a value that lives as long as the closure.
    let native: [UInt8] = unsafe withUnsafeBytes(of: UInt16(0x0102)) { unsafe Array($0) }
    #expect([page[8], page[9]] == native)
    #expect(page[8] == (IOPage.ByteOrder.native == .littleEndian ? 2 : 1))
  }

  @Test func everyWidthAtEveryOffset() throws {
    var page = try page()
    for offset in 0..<16 {
      page.storeBytes(of: -2, toByteOffset: offset, as: Int8.self)
      #expect(page.load(fromByteOffset: offset, as: Int8.self) == -2)
      page.storeBytes(of: -300, toByteOffset: offset, as: Int16.self, .bigEndian)
      #expect(page.load(fromByteOffset: offset, as: Int16.self, .bigEndian) == -300)
      page.storeBytes(of: .min, toByteOffset: offset, as: Int64.self, .littleEndian)
      #expect(page.load(fromByteOffset: offset, as: Int64.self, .littleEndian) == Int64.min)
      page.storeBytes(of: UInt64.max - 1, toByteOffset: offset, as: UInt64.self)
      #expect(page.load(fromByteOffset: offset, as: UInt64.self) == UInt64.max - 1)
    }
  }

  @Test func outsideTraps() async {
    await #expect(processExitsWith: .trap) {
      let page = try PoolTestMemory.makePool(pages: 1).allocate(pages: 1)
      _ = page.load(fromByteOffset: 4089, as: UInt64.self)
    }
    await #expect(processExitsWith: .trap) {
      var page = try PoolTestMemory.makePool(pages: 1).allocate(pages: 1)
      page.storeBytes(of: 1, toByteOffset: 4095, as: UInt16.self)
    }
    await #expect(processExitsWith: .trap) {
      let page = try PoolTestMemory.makePool(pages: 1).allocate(pages: 1)
      _ = page.load(fromByteOffset: .max, as: UInt8.self)
    }
  }
}
