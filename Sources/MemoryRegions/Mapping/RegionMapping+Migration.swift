// Moving what is mapped to another node, in the order that keeps the kernel from ending the process:
// under a policy that only prefers the node, pages are moved, which fails with an errno; a bind is
// made strict last, over pages that obey it.

import SystemPackage

extension RegionMapping {
  /// Moves the pages of committed bytes `range` (offsets from the base) to the node. Returns the
  /// placement that is in force then; after an error it is the one before.
  func migrate(
    _ range: Range<Int>, to node: NUMANode
  ) throws(RegionError) -> (Migration, Placement) {
    do throws(RegionError) {
      var preferring = self
      preferring.options.placement = .preferred(node)
      try preferring.validatePlacement()
      let survey = PageSurvey(
        systemCalls, address(range.lowerBound)..<address(range.upperBound),
        pageStep: options.backing.poolPageByteCount)
      let migration = try survey.migrate(to: node)
      guard let former = options.placement.requiredNodes else {
        return (migration, preferring.options.placement)
      }
      var bound = self
      bound.options.placement =
        .bind(to: migration.notMoved == 0 ? [node] : former.union([node]))
      try bound.validatePlacement()
      return (migration, bound.options.placement)
    } catch {
      restorePolicy()
      throw error
    }
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
      let (after, failure) = try moveAll(before, to: node, pages: \.elsewhere) {
        () throws(Errno) in try whereabouts(of: node)
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
