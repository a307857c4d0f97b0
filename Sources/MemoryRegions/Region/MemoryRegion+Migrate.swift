// Moving a region's pages to another node. Their addresses and contents stay, and they can be used
// meanwhile: the kernel copies each page while nobody can see it. The policy follows, so that what
// comes later goes there too.

import Synchronization
public import SystemPackage

/// What became of a region's pages when they were to move to a node.
public struct Migration: Hashable, Sendable {
  /// Base pages moved to the node.
  public let moved: Int
  /// Base pages that were there already.
  public let alreadyThere: Int
  /// Base pages that are still on other nodes.
  public let notMoved: Int
  /// The first reason for one of them: ENOMEM for a full node, EBUSY for a page in use by the
  /// kernel or pinned by a device, EACCES for one that other processes map as well. Nil where the
  /// kernel gives none, and if all were moved.
  public let errno: Errno?
  /// Committed base pages that are not in memory; one that another thread touched during the call
  /// may be among them. They come to the node when touched, while it has room. If it has none, they
  /// come from elsewhere where the node is only preferred; a region that is bound to it ends the
  /// process, as any touch of a page under a bind to full nodes does.
  public let absent: Int
}

extension MemoryRegion {
  /// Moves the committed pages to a node, and makes later ones come there.
  ///
  /// A region whose placement is a promise (`bind` and the two interleaved ones) is bound to the
  /// node afterwards, each page checked; or, while some of its pages cannot be moved or
  /// other threads keep touching pages that come from elsewhere, to the node
  /// and the former ones together, without those that its cpuset no longer permits. Any other
  /// region prefers the node afterwards. `placement` says which.
  ///
  /// - Throws: `.registered` while a device has the region, `.secretMemory`, `.partOfPoolSet` for a region of a set
  ///   of pools, whose node is told by its address, unless it is bound to that node, `.noSuchNode`,
  ///   `.nodeNotAllowed`, `.numaUnavailable`, `.placementRefused` where the kernel or a container
  ///   does not permit it, `.placementNotMet` if pages are left on nodes that it can be bound to no
  ///   longer, `.notOwner`. Then the region's placement is as it was, but some or all of its pages
  ///   may have moved: `residency()` says where they are. Pages that stay are no error, but
  ///   counted.
  /// - Complexity: O(pages): each is looked up, about 56 ms for each GiB in base pages, and copied
  ///   if it moves. Other threads may use the region's memory meanwhile. What changes the region
  ///   waits: commits, registrations, and a pool's discarding and refilling of trimmed blocks.
  public func migrate(to node: NUMANode) throws(RegionError) -> Migration {
    try checkOwner()
    return try changes.withVisibleLock { _ throws(RegionError) in
      try checkUnregistered()
      try checkNotSecret("moving pages to another node")
      try checkOwnPlace(on: node)
      let (migration, placement) = try mapping.migrate(0..<committedByteCount, to: node)
      placementInForce.withVisibleLock { $0 = placement }
      return migration
    }
  }
}

extension MemoryRegion {
  /// Throws `.partOfPoolSet` if others tell the region's node by its address, and it is to go to
  /// another.
  private func checkOwnPlace(on node: NUMANode) throws(RegionError) {
    guard sharedReservation != nil else { return }
    let placement = placement
    guard placement.requiredNodes == [node] else {
      throw RegionError(.partOfPoolSet, detail: "\(placement), to \(node)")
    }
  }
}
