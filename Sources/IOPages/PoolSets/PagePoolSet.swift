// One pool for each NUMA node, over slices of one reservation:
//
//      base              base + stride     base + 2 * stride
//      |== node 0 =======|== node 2 ====...|== node 5 =======|
//
// The stride is a power of two: the node of a page is its offset, shifted. A page refers to the pool
// of its own node, and goes back there by itself.
//
// The common path is that of one pool behind one table: the number of the processor that asks names
// the pool, so that a thread which was moved asks the right one with its next request. What that
// pool's cache cannot serve is searched for node by node (PagePoolSet+Search.swift).

public import MemoryRegions
public import PagePools
internal import Synchronization

/// A pool of pages for each NUMA node, and the choice between them.
///
/// All methods may be called from any thread. Pages outlive the set, as they outlive a pool: a
/// node's memory is given back together with its last page. In a forked child, the parent's sets
/// refuse every request with ``OutOfMemory/Reason/notOwner``.
public final class PagePoolSet: Sendable {
  /// The nodes that have a pool, in ascending order.
  public let nodes: [NUMANode]
  /// The pool of each node, which may also be used by itself, as any pool.
  public let pools: [NUMANode: PagePool]

  /// In the order of `nodes`.
  let members: [PoolSetMember]
  let layout: PoolSetLayout
  private let base: UInt
  private let strideShift: UInt

  @usableFromInline let currentProcessor = CurrentProcessor()
  @usableFromInline let processorPools: PoolTable
  @usableFromInline let nodePools: PoolTable

  /// Opens a pool on each node.
  ///
  /// - Throws: `RegionError`: an option makes no sense, a node has no memory or may not be used, or a
  ///   wish is not granted and not allowed to go unmet. Nothing is left behind then.
  /// - Complexity: that of opening a region on each node, one after the other.
  public convenience init(_ options: PagePoolSetOptions) throws(RegionError) {
    let topology = NUMATopology.current
    try self.init(
      slices: options.slices(on: topology), topology: topology, inspection: options.inspection)
  }

  /// Opens a pool for each of `slices`, which are in ascending order of their nodes.
  ///
  /// - Parameter topology: which processors and nodes are near to which, on this machine or on one
  ///   that a test has made up.
  package init(
    slices: [(node: NUMANode, options: RegionOptions)], topology: NUMATopology,
    cacheMethod: ProcessorCacheMethod = .restartableSequences,
    inspection: PoolInspection = PoolInspection(), systemCalls: SystemCalls = .linux
  ) throws(RegionError) {
    let layout = PoolSetLayout(nodes: slices.map(\.node), topology: topology)
    let options = slices.map(\.options)
    let stride = try MemoryRegion.sliceStride(options)
    let regions = try MemoryRegion.openSlices(
      options, stride: stride, systemCalls: systemCalls)
    let reclaimingThreads = ReclaimingThreads()
    var members: [PoolSetMember] = []
    for (index, region) in regions.enumerated() {
      let node = layout.nodes[index]
      let pool = try PagePool(
        region: region, cacheMethod: cacheMethod, inspection: inspection,
        membership: PoolSetMembership(
          node: node.number, cachingProcessors: layout.cachingProcessors(of: index),
          reclaimingThreads: reclaimingThreads))
      members.append(PoolSetMember(node, region: region, pool: pool))
    }
    self.members = members
    self.layout = layout
    nodes = layout.nodes
    // Each node is in the list once.
    pools = Dictionary(uniqueKeysWithValues: members.map { ($0.node, $0.pool) })
    // Only a number here, and the first slice's is the lowest.
    base = unsafe UInt(bitPattern: regions[0].address)
    strideShift = UInt(stride.trailingZeroBitCount)
    processorPools = PoolTable(
      layout.localMembers.map { index in index.map { members[$0].pool.reference } })
    let last = layout.nodes[members.count - 1].number
    var byNumber = [PoolReference?](repeating: nil, count: last + 1)
    for member in members { byNumber[member.node.number] = member.pool.reference }
    nodePools = PoolTable(byNumber)
  }

  deinit {
    processorPools.deallocate()
    nodePools.deallocate()
  }
}

extension PagePoolSet {
  /// The region behind each node's pool: what was granted, registrations, and committing more.
  public var regions: [NUMANode: MemoryRegion] {
    // Each node is in the list once.
    Dictionary(uniqueKeysWithValues: members.map { ($0.node, $0.region) })
  }

  /// The node that a page is of: its offset from the start of the set's memory, shifted. Where the
  /// placement was allowed to go unmet, its bytes may be elsewhere: `regions[node]?.residency()`.
  ///
  /// - Precondition: the page is not empty, and was taken from one of the set's pools.
  /// - Complexity: O(1). Any thread.
  public func node(of page: borrowing IOPage) -> NUMANode {
    // Only the number counts, not what is there.
    let offset = unsafe UInt(bitPattern: page.baseAddress) &- base
    let index = offset >> strideShift
    precondition(
      !page.isEmpty && index < UInt(members.count), "The page is from no pool of the set.")
    return nodes[Int(index)]
  }
}
