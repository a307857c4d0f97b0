// Moving what is mapped to another node, in the order that keeps the kernel from ending the
// process: under a policy that only prefers the node, pages are moved, which fails with an errno; a
// bind is made strict last, over pages that obey it.
//
// Other threads use the region meanwhile. What they touch between the moving and the bind comes
// under the preference, and may come from elsewhere. So the bind is set with the kernel's check of
// each page, as at a commit, and pages that strayed are moved as well.

import SystemPackage

extension RegionMapping {
  /// How often a bind to the node alone is tried, while other threads touch pages.
  private static let bindAttempts = 3

  /// Moves the pages of committed bytes `range` (offsets from the base) to the node. Returns the
  /// placement that is in force then; after an error it is the one before, though pages may have
  /// moved.
  func migrate(
    _ range: Range<Int>, to node: NUMANode
  ) throws(RegionError) -> (Migration, Placement) {
    do throws(RegionError) {
      var preferring = self
      preferring.options.placement = .preferred(node)
      try preferring.validatePlacement()
      let part = address(range.lowerBound)..<address(range.upperBound)
      let migration = try survey(part).migrate(to: node)
      guard let former = options.placement.requiredNodes else {
        return (migration, preferring.options.placement)
      }
      return try bind(part, to: node, or: former, after: migration)
    } catch {
      restorePolicy()
      throw error
    }
  }

  /// Makes the bind strict: to the node, or to the former ones as well while pages are left there.
  private func bind(
    _ part: Range<Int>, to node: NUMANode, or former: Set<NUMANode>, after migration: Migration
  ) throws(RegionError) -> (Migration, Placement) {
    var migration = migration
    for _ in 0..<Self.bindAttempts where migration.notMoved == 0 {
      do throws(RegionError) {
        return (migration, try bind(part, to: [node]))
      } catch {
        guard error.kind == .placementNotMet else { throw error }
        migration = migration.followed(by: try survey(part).migrate(to: node))
      }
    }
    // The kernel would drop nodes that the cpuset no longer permits, and the bind would be another.
    let permitted = systemCalls.allowedMemoryNodes.map(former.intersection) ?? former
    return (migration, try bind(part, to: permitted.union([node])))
  }

  /// Binds the part, each page of it checked, and what is committed later.
  private func bind(
    _ part: Range<Int>, to nodes: Set<NUMANode>
  ) throws(RegionError) -> Placement {
    var bound = self
    bound.options.placement = .bind(to: nodes)
    // Pages that are there are checked, whether or not the region promises them all.
    bound.options.population = .atCommit
    _ = try bound.settlePlacement(of: part)
    try bound.validatePlacement()
    return bound.options.placement
  }

  /// Puts the placement's own policy on the whole reservation again.
  private func restorePolicy() {
    let policy = try? options.placement.policy()
    try? setPolicy(policy ?? MemoryPolicy(.default), base..<base + byteCount)
  }
}

extension PageSurvey {
  /// Moves the pages that are in memory to a node.
  fileprivate func migrate(to node: NUMANode) throws(RegionError) -> Migration {
    do throws(Errno) {
      let before = try whereabouts(of: node)
      var after = before
      let failure = try moveAll(before.elsewhere, to: node) { () throws(Errno) in
        after = try whereabouts(of: node)
        return after.elsewhere
      }
      let notMoved = after.elsewhere.count
      return Migration(
        moved: max(0, before.elsewhere.count - notMoved) * basePagesEach,
        alreadyThere: before.there * basePagesEach, notMoved: notMoved * basePagesEach,
        errno: notMoved == 0 ? nil : failure, absent: after.absent * basePagesEach)
    } catch {
      throw RegionError(
        .placementRefused, call: "move_pages", errno: error, detail: "moving to \(node)")
    }
  }
}

extension Migration {
  /// What came of this attempt and another after it.
  fileprivate func followed(by second: Migration) -> Migration {
    Migration(
      moved: moved + second.moved, alreadyThere: max(0, second.alreadyThere - moved),
      notMoved: second.notMoved, errno: second.errno, absent: second.absent)
  }
}
