import MemoryRegions
import MemoryTestSupport
import Testing

extension OnNodesTests {
  @Suite struct ResidencyOnNodesTests {
    @Test func `pages are counted by node, and those that are not there apart`() throws {
      guard let nodes = severalNodes() else { return }
      let region = try MemoryRegion(
        RegionOptions(
          byteCount: 4 << 20, placement: .interleave(over: nodes), population: .none))
      #expect(try region.residency().pages == [:])
      #expect(try region.residency().absent == 1024)
      touch(region, bytes: 0..<2 << 20)
      let residency = try region.residency()
      #expect(residency.absent == 512)
      #expect(residency.pages == (try pagesByNode(region)))
      #expect(residency.pages.values.reduce(0, +) == 512)
      try region.discardContents(pages: 0..<256)
      #expect(try region.residency().absent == 768)
      #expect(try region.residency().pages == (try pagesByNode(region)))
    }
  }
}
