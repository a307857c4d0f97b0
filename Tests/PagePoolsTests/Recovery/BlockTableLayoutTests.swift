import Testing

@testable import PagePools

@Suite struct BlockTableLayoutTests {
  @Test(arguments: [1, 63, 64, 65, 1000, 1 << 18, 1 << 35])
  func partsFollowOneAnother(pageCount: Int) {
    let layout = BlockTableLayout(pageCount: pageCount, largestOrder: 9)
    let bitmap = (pageCount + 63) / 64
    #expect(layout.starts == layout.tags + pageCount)
    #expect(layout.ends == layout.starts + bitmap && layout.pending == layout.ends + bitmap)
    #expect(layout.header * 8 % 4096 == 0 && layout.header >= layout.pending + bitmap)
    #expect(layout.byteCount == layout.header * 8 + BlockTableLayout.headerByteCount)
    #expect(layout.memoryByteCount == pageCount * 4096 + layout.byteCount)
  }

  @Test func aTableIsASmallPartOfARegion() {
    let layout = BlockTableLayout(pageCount: 1 << 18, largestOrder: 18)
    #expect(Double(layout.byteCount) / Double(1 << 30) < 0.0021)
  }
}
