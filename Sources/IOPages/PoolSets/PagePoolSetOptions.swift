// What a caller wishes of a set of pools.

public import MemoryRegions
public import PagePools
internal import SystemPackage

/// The wishes for a set of pools, one for each NUMA node.
/// `PagePoolSetOptions(byteCount: .eachNode(64 << 20))` asks for 64 MiB on every node that has memory
/// and that this process may use.
public struct PagePoolSetOptions: Hashable, Sendable {
  /// How much memory the pools have.
  public enum ByteCount: Hashable, Sendable {
    /// So many bytes on each node: a whole number of pages, and of huge pages if those back it.
    case eachNode(Int)
    /// So many bytes on all nodes together, divided evenly in whole pages, or whole huge pages; what
    /// cannot be divided goes to the nodes of the lowest numbers.
    case total(Int)
  }

  /// How much memory the pools have.
  public var byteCount: ByteCount
  /// The nodes that get a pool, in any order. Nil: every node that has memory and that this process
  /// may use.
  public var nodes: [NUMANode]?
  /// The other wishes, for each node's region: the pages to back it with, population, locking, and
  /// what may go unmet. The set itself sees to its `byteCount` and `placement`, and bytes that are
  /// committed later are committed through the node's region.
  public var region: RegionOptions
  /// What each pool is to record and check of its pages. Inspected pools have no caches.
  public var inspection = PoolInspection()

  /// Wishes with these pages behind every node's memory, bound to its node and populated at once.
  ///
  /// - Parameters:
  ///   - byteCount: how much memory the pools have.
  ///   - nodes: the nodes that get a pool; nil: every node with memory that may be used.
  ///   - backing: the pages.
  ///   - allowing: the wishes that may go unmet. Without the placement a pool's pages lie wherever
  ///     the kernel has put them, and `granted` of its region says so.
  public init(
    byteCount: ByteCount, nodes: [NUMANode]? = nil, backing: Backing = .basePages,
    allowing: Degradations = []
  ) {
    self.byteCount = byteCount
    self.nodes = nodes
    region = RegionOptions(byteCount: 0, backing: backing, allowing: allowing)
  }
}

extension PagePoolSetOptions {
  /// The options of each node's slice, by ascending number.
  ///
  /// - Parameter topology: the machine's nodes.
  /// - Throws: `RegionError` for no nodes, for a number that no node can have, and for a total that has
  ///   nothing for some node. Other sizes are checked where slices are opened.
  package func slices(on topology: NUMATopology) throws(RegionError) -> [(NUMANode, RegionOptions)]
  {
    let nodes = Set(self.nodes ?? topology.allowedNodes).sorted()
    guard !nodes.isEmpty else {
      throw RegionError(.emptyPlacement, detail: "a set of pools without nodes")
    }
    if let impossible = nodes.first(where: { NodeMask(CollectionOfOne($0)) == nil }) {
      throw RegionError(.noSuchNode, detail: "\(impossible)")
    }
    let unit = region.backing.unitByteCount
    if case .total(let byteCount) = byteCount, nodes.count > 1, byteCount / unit < nodes.count {
      throw RegionError(
        .invalidByteCount,
        detail: "\(byteCount) bytes for \(nodes.count) nodes, each of which needs \(unit)")
    }
    // Where one node is assumed, all memory is its own, and the kernel cannot be asked.
    let isAssumed = topology.nodes.map(\.node) == nodes && !topology.canPlace
    return nodes.enumerated().map { index, node in
      var options = region
      options.byteCount = byteCount(ofNodeAt: index, of: nodes.count)
      options.placement = isAssumed ? .none : .bind(to: node)
      return (node, options)
    }
  }

  private func byteCount(ofNodeAt index: Int, of count: Int) -> Int {
    switch byteCount {
    case .eachNode(let byteCount): return byteCount
    case .total(let byteCount):
      let (unit, rest) = (region.backing.unitByteCount, byteCount % region.backing.unitByteCount)
      let (share, more) = (byteCount / unit).quotientAndRemainder(dividingBy: count)
      // A size that is no whole number of pages is refused with the last of them.
      return (share + (index < more ? 1 : 0)) * unit + (index == count - 1 ? rest : 0)
    }
  }
}

extension Backing {
  /// The size of the pages that a region is divided into, in bytes.
  fileprivate var unitByteCount: Int {
    switch self {
    case .basePages: 4096
    case .transparentHugePages, .hugePages2MiB: 2 << 20
    case .hugePages1GiB: 1 << 30
    }
  }
}

extension NUMATopology {
  /// Whether memory can be bound to nodes: not where the build, or the kernel, knows of none. A
  /// container that hides the nodes may bind all the same.
  fileprivate var canPlace: Bool {
    switch source {
    case .withoutLibnuma: false
    case .withoutKernelSupport: SystemLimits.current.placement != .refused(.noFunction)
    case .libnuma, .systemFiles, .processStatus: true
    }
  }
}
