import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

extension OnNodesTests {
  @Suite struct PlacementCheckOnNodesTests {
    @Test(
      arguments: [Backing.basePages, .transparentHugePages],
      [Storage.anonymous, .memfd(name: "checked")])
    func `the kernel's own check sees each page that lies elsewhere`(
      backing: Backing, storage: Storage
    ) throws {
      guard let nodes = severalNodes() else { return }
      for node in nodes {
        let region = try MemoryRegion(
          RegionOptions(
            byteCount: 4 << 20, backing: backing, placement: .bind(to: node), storage: storage,
            allowing: .hugePages))
        // A number; nothing is read or written there.
        let start = Int(bitPattern: unsafe region.baseAddress)
        let here = MemoryPolicy(.preferred, try #require(NodeMask([node])))
        try SystemCalls.linux.bindIfObeyed(start, 4 << 20, here)
        for other in nodes where other != node {
          let there = MemoryPolicy(.preferred, try #require(NodeMask([other])))
          // One page in the middle goes, or the huge page that it is in.
          try SystemCalls.linux.bind(start, 4 << 20, there)
          _ = try SystemCalls.linux.movePages([start + 3 << 20], Int32(other.number))
          #expect(try SystemCalls.linux.nodes([start + 3 << 20]) == [Int32(other.number)])
          #expect(throws: Errno.ioError) {
            try SystemCalls.linux.bindIfObeyed(start, 4 << 20, here)
          }
          #expect(try region.migrate(to: node).notMoved == 0)
        }
      }
    }
  }
}
