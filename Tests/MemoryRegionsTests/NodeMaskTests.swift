import MemoryRegions
import Testing

@Suite struct NodeMaskTests {
  @Test func `a mask holds what it was made of`() throws {
    let mask = try #require(NodeMask([0, 63, 64, 1023]))
    #expect(mask.nodes == [0, 63, 64, 1023])
    #expect(mask.contains(64) && !mask.contains(65) && !mask.contains(-1) && !mask.contains(1024))
    #expect(!mask.isEmpty)
    #expect(NodeMask().isEmpty)
    #expect(mask.words[0] == 1 << 63 | 1 && mask.words[1] == 1 && mask.words[15] == 1 << 63)
  }

  @Test(arguments: [-1, 1024, Int.max, Int.min])
  func `no mask holds what no kernel has`(number: Int) {
    #expect(NodeMask([0, NUMANode(number)]) == nil)
  }
}
