// What libnuma knows of the nodes: the only file that calls it. Placement does not go through it,
// since it swallows the errors of mbind.

#if NUMA
  import CNUMA
  import Synchronization

  enum LibnumaTopology {
    /// libnuma caches each node's CPUs in plain static memory, without a lock.
    private static let lock = Mutex(())

    /// The nodes, by ascending number; nil if libnuma finds no NUMA here.
    static func nodes(_ systemCalls: SystemCalls) -> [NUMATopology.Node]? {
      lock.withVisibleLock { _ in
        guard numa_available() >= 0 else { return nil }
        let found = (0...max(0, numa_max_node())).compactMap(memory)
        guard !found.isEmpty else { return nil }
        return found.map { number, total, free in
          NUMATopology.Node(
            node: NUMANode(Int(number)), cpus: cpus(number), totalByteCount: total,
            freeByteCount: free, distances: distances(number, found.map(\.node)),
            hugePages: HugePagePool.all(node: NUMANode(Int(number)), systemCalls))
        }
      }
    }

    /// The node's memory in bytes; nil if there is no such node.
    private static func memory(_ node: CInt) -> (node: CInt, total: Int, free: Int)? {
      var free: Int64 = 0
      // Writes to `free` only, and only during the call.
      let total = unsafe numa_node_size64(node, &free)
      return total < 0 ? nil : (node, Int(total), Int(free))
    }

    private static func distances(_ node: CInt, _ others: [CInt]) -> [NUMANode: Int] {
      var distances: [NUMANode: Int] = [:]
      for other in others {
        let distance = numa_distance(node, other)
        if distance > 0 { distances[NUMANode(Int(other))] = Int(distance) }
      }
      return distances
    }

    private static func cpus(_ node: CInt) -> [Int] {
      guard let mask = unsafe numa_allocate_cpumask() else { return [] }
      defer { unsafe numa_bitmask_free(mask) }
      guard unsafe numa_node_to_cpus(node, mask) == 0 else { return [] }
      // The mask is as large as its own size field says.
      let size = unsafe Int(mask.pointee.size)
      return (0..<size).filter { unsafe numa_bitmask_isbitset(mask, UInt32($0)) != 0 }
    }
  }
#endif
