import Testing

@testable import iopages

@Suite struct PageMapTests {
  private let map = PageMap([
    PageSpan(base: 0x10000, pageCount: 4), PageSpan(base: 0x100000, pageCount: 2),
  ])
  private let first = StressOwner(thread: 0, operation: 1)
  private let second = StressOwner(thread: 5, operation: 123_456)

  @Test func pagesAreCountedThroughAllPools() throws {
    #expect(map.pageCount == 6)
    #expect(try map.pages(0x10000..<0x11000) == 0..<1)
    #expect(try map.pages(0x11fff..<0x12001) == 1..<3)
    #expect(try map.pages(0x101000..<0x102000) == 5..<6)
  }

  @Test(arguments: [0..<1, 0xf000..<0x11000, 0x13000..<0x15000, 0x102000..<0x103000])
  func addressesOfNobodyAreFound(bytes: Range<UInt>) {
    #expect(throws: StressFault.self) { try map.pages(bytes) }
  }

  @Test func aPageThatIsOutTwiceIsFoundWithItsOwner() throws {
    try map.claim(1..<3, for: second)
    #expect(map.pagesOut == [1, 2])
    #expect(
      throws: StressFault(
        expected: "page 2 to be out once",
        found: "it is with thread 5 in its operation 123456 as well")
    ) { try map.claim(2..<4, for: first) }
  }

  @Test func onlyItsOwnerStrikesAPageOut() throws {
    try map.claim(0..<2, for: first)
    #expect(throws: StressFault.self) { try map.strikeOut(0..<1, of: second) }
    #expect(throws: StressFault.self) { try map.check(1..<3, areOf: first) }
    try map.check(0..<2, areOf: first)
    try map.strikeOut(0..<2, of: first)
    #expect(map.pagesOut == [])
    #expect(throws: StressFault.self) { try map.strikeOut(0..<1, of: first) }
  }

  @Test func aPageIsOutAsLongAsItHasParts() throws {
    try map.claim(3..<4, for: first)
    #expect(try map.addPart(to: 3, of: first))
    try map.strikeOut(3..<4, of: first)
    #expect(map.pagesOut == [3])
    try map.strikeOut(3..<4, of: first)
    #expect(map.pagesOut == [])
  }

  @Test func noMorePartsThanCanBeCounted() throws {
    try map.claim(3..<4, for: first)
    for _ in 1..<0xffff { #expect(try map.addPart(to: 3, of: first)) }
    #expect(try !map.addPart(to: 3, of: first))
    for _ in 0..<0xffff { try map.strikeOut(3..<4, of: first) }
    #expect(map.pagesOut == [])
  }
}
