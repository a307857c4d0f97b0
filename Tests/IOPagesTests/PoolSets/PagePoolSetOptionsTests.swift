import MemoryTestSupport
import SystemPackage
import Testing

@testable import IOPages

@Suite(.leavesNoPages) struct PagePoolSetOptionsTests {
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

  @Test func `a total that leaves a node with nothing is refused with both figures`() throws {
    let nodes: [NUMANode] = [0, 1, 4]
    for (total, backing) in [(8192, Backing.basePages), (4 << 20, .transparentHugePages)] {
      let error = #expect(throws: RegionError.self) {
        try byteCounts(
          PagePoolSetOptions(byteCount: .total(total), nodes: nodes, backing: backing))
      }
      #expect(error?.kind == .invalidByteCount)
      #expect(error?.description.contains("\(total) bytes for 3 nodes") == true)
    }
    let one = PagePoolSetOptions(
      byteCount: .total(1 << 20), nodes: [4], backing: .transparentHugePages)
    #expect(try byteCounts(one) == [1 << 20])
  }

  @Test func `nodes are bound to in ascending order, each once`() throws {
    let options = PagePoolSetOptions(byteCount: .eachNode(4096), nodes: [5, 3, 5])
    let slices = try options.slices(on: topology)
    #expect(slices.map(\.0) == [3, 5])
    #expect(slices.map(\.1.placement) == [.bind(to: 3), .bind(to: 5)])
  }

  @Test func `no nodes, negative ones and ones that do not exist are refused`() {
    for (nodes, kind): ([NUMANode], RegionError.Kind) in [
      ([], .emptyPlacement), ([-1, 0], .noSuchNode), ([0, 1024], .noSuchNode),
      ([NUMANode(.max)], .noSuchNode), ([NUMANode(.min)], .noSuchNode),
    ] {
      let error = #expect(throws: RegionError.self) {
        // No wish makes a number one of a node's.
        try PagePoolSet(
          PagePoolSetOptions(byteCount: .eachNode(4096), nodes: nodes, allowing: .placement))
      }
      #expect(error?.kind == kind)
    }
    #expect(throws: RegionError.self) {
      try PagePoolSet(PagePoolSetOptions(byteCount: .eachNode(4096), nodes: [0, 1000]))
    }
  }

  @Test func `memory goes unbound only where nothing can be bound`() throws {
    let options = PagePoolSetOptions(byteCount: .eachNode(4096))
    let node = NUMATopology.Node(node: 0, cpus: [0], totalByteCount: nil, distances: [0: 10])
    func placement(_ source: NUMATopology.Source, _ nodes: [NUMANode]? = nil) throws -> Placement {
      var options = options
      options.nodes = nodes
      let topology = NUMATopology(nodes: [node], source: source)
      return try #require(try options.slices(on: topology).first).1.placement
    }
    #expect(try placement(.withoutLibnuma) == .none)
    #expect(try placement(.systemFiles) == .bind(to: 0))
    // Another node than the one that is assumed is refused where it is opened.
    #expect(try placement(.withoutLibnuma, [1]) == .bind(to: 1))
    // A container that hides /sys does not make all memory node 0's.
    let canBind = SystemLimits.current.placement != .refused(.noFunction)
    #expect(try placement(.withoutKernelSupport) == (canBind ? .bind(to: 0) : .none))
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
