import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct ReadableBytesTextTests {
  @Test func dumps() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let text = "A packet: \u{7f}\n 0123"
    let buffer = try PageBuffer(copying: text.utf8.span, from: pool)
    #expect(
      buffer.hexDump == """
        00000000  41 20 70 61 63 6b 65 74  3a 20 7f 0a 20 30 31 32  |A packet: .. 012|
        00000010  33                                                |3|

        """)
    #expect(buffer.hexString == "41207061636b65743a207f0a2030313233")
    #expect(
      buffer.description
        == "PageBuffer(17 bytes: 41 20 70 61 63 6b 65 74 3a 20 7f 0a 20 30 31 32 …)")
    let page = try pool.allocate(pages: 1)
    #expect(page.hexDump.utf8.count { $0 == UInt8(ascii: "\n") } == 256)
  }

  @Test func shortOnes() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let empty = PageBuffer()
    #expect(empty.hexDump == "")
    #expect(empty.hexString == "")
    #expect(empty.description == "PageBuffer(0 bytes)")
    let one = try PageBuffer(copying: [0xab], from: pool).freeze()
    #expect("\(one)" == "SharedPageBuffer(1 byte: ab)")
  }
}
