// What a driver asks of the topology: which node is this processor's, this device's, mine; and
// where to go when that one is full.

extension NUMATopology {
  /// The nodes that this process may take memory from, the nearest to `node` first, and of equally
  /// near ones the lowest number. Those whose distance is unknown come last. `node` itself comes
  /// first, unless it has no memory or is not allowed.
  public func nearest(to node: NUMANode) -> [NUMANode] {
    let distances = nodes.first { $0.node == node }?.distances ?? [:]
    return allowedNodes.sorted { first, second in
      let (near, far) = (distances[first] ?? .max, distances[second] ?? .max)
      return near == far ? first < second : near < far
    }
  }

  /// The node that a processor is near to; nil if none has it, as one that is switched off.
  public func node(ofProcessor number: Int) -> NUMANode? {
    nodes.first { $0.cpus.contains(number) }?.node
  }

  /// The node that a PCI device is near to, by its address as `lspci -D` gives it: `0000:00:1f.0`.
  /// Nil if there is no such device, or if it is near to none in particular.
  public static func node(ofPCIDevice address: String) -> NUMANode? {
    node(ofPCIDevice: address, .linux)
  }

  /// The node by a table of the caller's.
  package static func node(
    ofPCIDevice address: String, _ systemCalls: SystemCalls
  ) -> NUMANode? {
    // The address becomes part of a path. The kernel writes its letters small.
    let address = address.lowercased()
    guard address.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }),
      let number = systemCalls.number("/sys/bus/pci/devices/\(address)/numa_node"), number >= 0
    else { return nil }
    return isCompiledIn ? NUMANode(number) : 0
  }
}

extension NUMANode {
  /// The node of the processor that the calling thread runs on. The thread may run elsewhere a
  /// moment later. Takes no system call where the C library can tell. The node may have no memory:
  /// `NUMATopology.nearest(to:)` says where its is.
  public static var current: NUMANode { current(.linux) }

  /// The node by a table of the caller's; node 0 if nobody says.
  package static func current(_ systemCalls: SystemCalls) -> NUMANode {
    guard NUMATopology.isCompiledIn, let number = try? systemCalls.processorNode() else { return 0 }
    return NUMANode(Int(number))
  }
}
