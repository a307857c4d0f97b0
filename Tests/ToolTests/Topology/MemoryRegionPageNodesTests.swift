import IOPages
import MemoryRegions
import MemoryTestSupport
import SystemCallRefusal
import Testing

@testable import iopages

@Suite struct MemoryRegionPageNodesTests {
  @Test func whatIsNotInMemoryIsOnNoNode() throws {
    guard canPlaceMemory() else { return }
    let region = try MemoryRegion(RegionOptions(byteCount: 16 * 4096, population: .none))
    #expect(try region.nodes(ofPages: 0..<16) == [NUMANode?](repeating: nil, count: 16))
    try region.populate(pages: 3..<7)
    let nodes = try region.nodes(ofPages: 0..<16)
    for (page, node) in nodes.enumerated() {
      #expect((node != nil) == (3..<7).contains(page), "page \(page)")
    }
    #expect(NUMATopology.nodesWithMemory(.linux).isSuperset(of: nodes.compactMap { $0 }))
    // A part of them, by the pages' own numbers.
    #expect(try region.nodes(ofPages: 2..<5) == Array(nodes[2..<5]))
    #expect(try region.nodes(ofPages: 5..<5) == [])
  }

  @Test func whereTheKernelDoesNotSayItIsAnError() async {
    await #expect(processExitsWith: .success) {
      guard refuse(SystemCallNumber.movePages) else {
        return cannotTest("seccomp", because: "no filter can be installed")
      }
      let region = try MemoryRegion(RegionOptions(byteCount: 4096))
      let error = #expect(throws: ToolError.self) { try region.nodes(ofPages: 0..<1) }
      #expect(error?.description.contains("move_pages") == true)
    }
  }
}
