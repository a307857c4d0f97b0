import Testing

@testable import IOPages

@Suite struct PagePoolSetOptionsTests {
  private let topology = NUMATopology.current

  private func byteCounts(_ options: PagePoolSetOptions) throws -> [Int] {
    try options.slices(on: topology).map(\.1.byteCount)
  }

  @Test func `each node gets as much, or a share in whole pages`() throws {
    let nodes: [NUMANode] = [0, 1, 4]
    #expect(
      try byteCounts(PagePoolSetOptions(byteCount: .eachNode(8192), nodes: nodes))
        == [8192, 8192, 8192])
    #expect(
      try byteCounts(PagePoolSetOptions(byteCount: .total(5 * 4096), nodes: nodes))
        == [8192, 8192, 4096])
    #expect(
      try byteCounts(
        PagePoolSetOptions(byteCount: .total(8 << 20), nodes: nodes, backing: .hugePages2MiB))
        == [4 << 20, 2 << 20, 2 << 20])
  }

  @Test func `what is no whole number of pages is refused where it is opened`() {
    let error = #expect(throws: RegionError.self) {
      try PagePoolSet(PagePoolSetOptions(byteCount: .total(5000), nodes: [0]))
    }
    #expect(error?.kind == .invalidByteCount)
    let nothing = #expect(throws: RegionError.self) {
      try PagePoolSet(PagePoolSetOptions(byteCount: .eachNode(0), nodes: [0]))
    }
    #expect(nothing?.kind == .invalidByteCount)
  }

  @Test func `nodes are bound to in ascending order, each once`() throws {
    let options = PagePoolSetOptions(byteCount: .eachNode(4096), nodes: [5, 3, 5])
    let slices = try options.slices(on: topology)
    #expect(slices.map(\.0) == [3, 5])
    #expect(slices.map(\.1.placement) == [.bind(to: 3), .bind(to: 5)])
  }

  @Test func `no nodes, negative ones and ones that do not exist are refused`() {
    for (nodes, kind): ([NUMANode], RegionError.Kind) in [
      ([], .emptyPlacement), ([-1, 0], .noSuchNode),
    ] {
      let error = #expect(throws: RegionError.self) {
        try PagePoolSet(PagePoolSetOptions(byteCount: .eachNode(4096), nodes: nodes))
      }
      #expect(error?.kind == kind)
    }
    #expect(throws: RegionError.self) {
      try PagePoolSet(PagePoolSetOptions(byteCount: .eachNode(4096), nodes: [0, 1000]))
    }
  }

  @Test func `the other wishes are the same for each node`() throws {
    var options = PagePoolSetOptions(
      byteCount: .eachNode(8192), nodes: [0, 1], backing: .transparentHugePages, allowing: .locking)
    options.region.excludedFromForks = true
    for (_, slice) in try options.slices(on: topology) {
      #expect(slice.backing == .transparentHugePages)
      #expect(slice.allowing == .locking)
      #expect(slice.excludedFromForks)
    }
  }
}
