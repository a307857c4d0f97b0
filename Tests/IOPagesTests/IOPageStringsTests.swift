import IOPages
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct IOPageStringsTests {
  private func page(_ text: String) throws -> IOPage {
    let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 4096)))
    var page = try pool.allocate(pages: 1)
    page.fill(with: 0x20)
    page.copyBytes(from: text.utf8.span)
    return page
  }

  @Test func bytesAreCopiedOut() throws {
    let page = try page("abc")
    let bytes = [UInt8](copying: page)
    #expect(bytes.count == 4096)
    #expect(Array(bytes[0..<4]) == [0x61, 0x62, 0x63, 0x20])
  }

  /// A part of a buffer, without a slice of its own.
  @Test func partsAreCopiedOut() throws {
    let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 4096)))
    let buffer = try PageBuffer(copying: "a größe".utf8.span, from: pool)
    #expect([UInt8](copying: buffer.bytes(in: 0..<2)) == [0x61, 0x20])
    #expect(String(decoding: buffer.bytes(in: 2..<buffer.count)) == "größe")
    #expect(String(decoding: buffer) == "a größe")
  }

  @Test func textIsDecoded() throws {
    let page = try page("größe")
    #expect(String(decoding: page).hasPrefix("größe "))
    #expect(String(validating: page)?.utf8.count == 4096)
  }

  @Test func whatIsNotTextIsReplacedOrRefused() throws {
    var page = try page("abc")
    page[1] = 0xff
    #expect(String(decoding: page).hasPrefix("a\u{fffd}c"))
    #expect(String(validating: page) == nil)
  }
}
