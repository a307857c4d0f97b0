// Populating: every page is brought into memory while there is still someone to tell if it cannot
// be. The kernel does not refuse politely when memory runs out; it ends a process. So a large range
// goes in steps, and before each step the headroom is looked up: the machine's, the cgroups', and
// that of the nodes that the pages can come from. Others may take the memory in between; what the
// steps bound is how much can go wrong, not whether.

import SystemPackage

extension RegionMapping {
  /// The bytes populated between two looks at the headroom.
  package static let populationStep = 64 << 20

  /// Brings every page of a part that is being committed into memory, if wished.
  func populate(_ part: Range<Int>) throws(RegionError) {
    if options.populates { try bringInAddresses(part) }
  }

  /// Brings committed bytes `range` (offsets from the base) into memory that were left to the first
  /// touch, placed as wished.
  func bringIn(_ range: Range<Int>) throws(RegionError) {
    guard !range.isEmpty else { return }
    let part = address(range.lowerBound)..<address(range.upperBound)
    var populating = self
    populating.options.population = .atCommit
    do throws(RegionError) {
      try populating.applyPolicy(to: part)
      try populating.populate(part)
      _ = try populating.settlePlacement(of: part)
    } catch {
      // The placement's own policy again, and not the one to populate under: what comes when it is
      // touched is no less promised.
      if let policy = try? options.placement.policy() { try? setPolicy(policy, part) }
      throw error
    }
  }

  private func bringInAddresses(_ part: Range<Int>) throws(RegionError) {
    let step = max(Self.populationStep, options.backing.poolPageByteCount ?? 0)
    // The pool of huge pages was charged when they were mapped; general memory is not needed.
    let headroom =
      options.backing.poolPageShift == nil
      ? MemoryHeadroom(systemCalls, nodes: options.placement.requiredNodes) : nil
    // The first look is for all of it, so that a hopeless wish fails at once.
    try headroom?.check(part.count)
    for start in stride(from: part.lowerBound, to: part.upperBound, by: step) {
      let count = min(step, part.upperBound - start)
      if start != part.lowerBound { try headroom?.check(count) }
      try populateStep(start, count)
    }
  }

  private func populateStep(_ start: Int, _ count: Int) throws(RegionError) {
    while true {
      // Secret memory refuses the advice.
      let isTouched = options.storage == .secret
      do throws(Errno) {
        if isTouched { return try systemCalls.touch(start, count) }
        return try systemCalls.advise(start, count, .populateWrite)
      } catch {
        if error == .interrupted { continue }
        if let shift = options.backing.poolPageShift {
          throw hugePageShortage(call: "madvise", errno: error, count, shift: shift)
        }
        throw RegionError(
          .populationRefused, call: isTouched ? "touch" : "madvise", errno: error,
          detail: "\(count) bytes")
      }
    }
  }

  /// The refusal for want of huge pages, with the command that reserves enough.
  func hugePageShortage(
    call: String, errno: Errno, _ byteCount: Int, shift: Int
  ) -> RegionError {
    let needed = (byteCount - 1) >> shift + 1
    let pool = HugePagePool(shift: shift, systemCalls)
    let size = shift == 21 ? "2 MiB" : "1 GiB"
    guard let pool else {
      return RegionError(
        .hugePagesUnavailable, call: call, errno: errno,
        detail: "this kernel has no huge pages of \(size)")
    }
    // Pages reserved by other mappings are in the pool, but not to be had.
    let missing = max(0, needed - (pool.freeCount - pool.reservedCount))
    let total = pool.totalCount + missing
    let command =
      shift == 21
      ? "sysctl vm.nr_hugepages=\(total)" : "echo \(total) > \(pool.directory)/nr_hugepages"
    var detail = "\(needed) of \(size) needed, \(pool.freeCount) free"
    if pool.reservedCount > 0 { detail += " of which \(pool.reservedCount) are promised" }
    if let nodes = options.placement.requiredNodes, missing == 0 {
      detail += "; reserve \(needed) on \(nodes.names): /sys/devices/system/node/node*/hugepages"
    } else if missing == 0 {
      let name = shift == 21 ? "2MB" : "1GB"
      detail +=
        "; these would do, so another limit refuses: a hugetlb cgroup's "
        + "(hugetlb.\(name).max), or the nodes that this process may use"
    } else {
      detail += "; reserve \(needed) huge pages: \(command)"
    }
    return RegionError(.hugePagesUnavailable, call: call, errno: errno, detail: detail)
  }
}
