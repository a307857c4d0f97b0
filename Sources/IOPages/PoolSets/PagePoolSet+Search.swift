// One node after the other, until one has what is asked for. A node is left only when its pool would
// have thrown: every cached page was drained, its reclaimers were asked, and still nothing fits.
//
// While the last node was asked, pages may have come back to the first, by other threads or by the
// reclaimers of another node. So a request fails only if none of the pools can meet it when all are
// looked at at once (PoolReference+JointDecision.swift); else all are asked again, without reclaimers.
// Each further round means that somebody else has taken meanwhile what would have met the request.

internal import MemoryRegions
internal import PagePools
internal import Synchronization

extension PagePoolSet {
  /// Asks the chosen node's pool, then those that are allowed.
  func search<Pages: ~Copyable>(
    for request: PageRequest, on choice: NodeChoice, fallback: NodeFallback, reclaim: ReclaimPolicy,
    allocate: (PagePool, ReclaimPolicy) throws(OutOfMemory) -> Pages
  ) throws(OutOfMemory) -> Pages {
    let (node, place) = chosen(by: choice)
    let candidates = candidates(from: node, place, fallback)
    var reclaim = reclaim
    while true {
      var failure: OutOfMemory?
      var failed: [(place: Int, reason: OutOfMemory.Reason)] = []
      for candidate in candidates {
        let pool = members[candidate].pool
        do throws(OutOfMemory) {
          let pages = try allocate(pool, reclaim)
          if candidate != place { count(members[candidate], insteadOf: place) }
          return pages
        } catch {
          guard error.reason != .notOwner else { throw error }
          guard error.reason != .injected else {
            throw error.asked(of: node, isOther: candidate != place)
          }
          failure =
            failure?.merging(error, request) ?? error.asked(of: node, isOther: candidate != place)
          failed.append((candidate, error.reason))
        }
      }
      guard let failure else { throw noPool(on: node, request) }
      guard failed.count > 1, !isOut(request, of: failed) else { throw failure }
      for (place, _) in failed { members[place].pool.reference.discountFailure() }
      reclaim = .never
    }
  }

  /// Whether at one instant none of these nodes could meet the request. Those that have free pages
  /// which the kernel does not back have said all that they can.
  private func isOut(
    _ request: PageRequest, of failed: [(place: Int, reason: OutOfMemory.Reason)]
  ) -> Bool {
    let places = failed.filter { $0.reason != .notBacked }.map(\.place).sorted()
    return PoolReference.noneCanMeet(request, places.map { members[$0].pool.reference }[...])
  }

  /// The error of a strict request for a node without a pool.
  private func noPool(on node: NUMANode, _ request: PageRequest) -> OutOfMemory {
    OutOfMemory(
      requestedPages: request.pages, requestedOrder: request.order, freePages: 0,
      largestFreeOrder: nil, node: node.number,
      reason: members[0].pool.reference.isOwnedByThisProcess ? .noPoolOnNode : .notOwner)
  }

  /// The node that is asked first, and its place in the set; nil if it has none.
  private func chosen(by choice: NodeChoice) -> (NUMANode, Int?) {
    switch choice {
    case .local:
      let processor = Int(clamping: currentProcessor.number)
      // A processor that no node had when the set was opened has been switched on since: the kernel
      // knows where it is.
      let known = processor < layout.localMembers.count ? layout.localMembers[processor] : nil
      let place = known ?? layout.places(from: .current)[0]
      return (nodes[place], place)
    case .node(let node): return (node, nodes.firstIndex(of: node))
    }
  }

  /// The places of the members to ask, in this order.
  private func candidates(
    from node: NUMANode, _ place: Int?, _ fallback: NodeFallback
  ) -> [Int] {
    switch fallback {
    case .none: return place.map { [$0] } ?? []
    case .nearest:
      if let place { return layout.nearest[place] }
      return layout.places(from: node)
    case .list(let others):
      var places = place.map { [$0] } ?? []
      for other in others {
        guard let next = nodes.firstIndex(of: other), !places.contains(next) else { continue }
        places.append(next)
      }
      return places
    }
  }

  private func count(_ member: PoolSetMember, insteadOf place: Int?) {
    member.metForOthers.wrappingAdd(1, ordering: .relaxed)
    if let place { members[place].metElsewhere.wrappingAdd(1, ordering: .relaxed) }
  }
}

extension OutOfMemory {
  /// The error of the first pool that was asked, for the node that was chosen.
  ///
  /// - Parameter isOther: whether it is another node's.
  fileprivate func asked(of node: NUMANode, isOther: Bool) -> OutOfMemory {
    var error = self
    error.node = node.number
    error.otherNodes = isOther ? 1 : 0
    return error
  }

  /// What is to be said when another node had no memory, either.
  fileprivate func merging(_ other: OutOfMemory, _ request: PageRequest) -> OutOfMemory {
    var error = self
    error.otherNodes += 1
    error.freePages += other.freePages
    if let largest = other.largestFreeOrder {
      error.largestFreeOrder = max(largest, error.largestFreeOrder ?? largest)
    }
    if reason == .notBacked || other.reason == .notBacked {
      error.reason = .notBacked
    } else if error.freePages >= request.pages,
      reason == .othersWait || other.reason == .othersWait
    {
      error.reason = .othersWait
    } else if reason != .largerThanRegion || other.reason != .largerThanRegion {
      // Pages of several nodes are never one block, and single pages are never fragmented.
      let isExhausted = error.freePages < request.pages || request.isOfSinglePages
      error.reason = isExhausted ? .exhausted : .fragmented
    }
    return error
  }
}
