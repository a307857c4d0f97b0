import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct PageBufferHexTextTests {
  @Test func digitsOfEitherCaseAndSpaces() throws {
    let pool = PoolTestMemory.makePool(pages: 2)
    let buffer = try PageBuffer(hex: " 00 1F\tab\r\nCd e\nf", from: pool)
    let bytes = (0..<buffer.count).map { buffer[$0] }
    #expect(bytes == [0x00, 0x1f, 0xab, 0xcd, 0xef])
    let shared = try SharedPageBuffer(hex: buffer.hexString, from: pool)
    let isEqual = shared.isEqual(to: buffer.bytes)
    #expect(isEqual)
    let isEmpty = try PageBuffer(hex: " ", from: pool).isEmpty
    #expect(isEmpty)
  }

  /// Every byte, through text and back.
  @Test func everyByte() throws {
    let pool = PoolTestMemory.makePool(pages: 2)
    let all = (0...255).map { UInt8($0) }
    let text = try PageBuffer(copying: all, from: pool).hexString
    let isEqual = try PageBuffer(hex: text, from: pool).isEqual(to: all.span)
    #expect(isEqual)
  }

  @Test(arguments: [
    ("0g", HexTextError.notHexDigit(utf8Offset: 1)), ("é0", .notHexDigit(utf8Offset: 0)),
    ("00 1", .oddDigitCount), ("0x00", .notHexDigit(utf8Offset: 1)),
  ])
  func whatIsNoHexTextIsSaid(text: String, error: HexTextError) {
    let pool = PoolTestMemory.makePool(pages: 2)
    #expect(throws: error) { _ = try PageBuffer(hex: text, from: pool) }
    #expect(!error.description.isEmpty)
    #expect(pool.statistics.allocations == 0)
  }

  @Test func outOfMemory() throws {
    let pool = PoolTestMemory.makePool(pages: 1)
    let all = try pool.allocate(pages: 1)
    let error = #expect(throws: HexTextError.self) { _ = try PageBuffer(hex: "00", from: pool) }
    guard case .outOfMemory(let reason)? = error else {
      Issue.record("Another error: \(String(describing: error))")
      return
    }
    #expect(reason.requestedPages == 1)
    #expect(error?.description == reason.description)
    _ = consume all
  }
}
