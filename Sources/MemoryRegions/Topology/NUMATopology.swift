// The machine's nodes. libnuma finds them where the build has it. Where it says that there is no
// NUMA, because a container refuses the call that it asks with, the files of /sys are read, which
// say the same; where these are hidden as well, the process's own status names the nodes that it
// may use. Without libnuma, or without any of these, the answer is one node with everything.
// Figures that the system hides are nil, never guessed.

import SystemPackage

/// The NUMA nodes of this machine.
public struct NUMATopology: Hashable, Sendable {
  /// One node.
  public struct Node: Hashable, Sendable {
    /// Its number.
    public let node: NUMANode
    /// The CPUs near to it; none on a node that is memory only.
    public let cpus: [Int]
    /// Its memory in bytes; nil if the system does not say.
    public let totalByteCount: Int?
    /// The free part of its memory in bytes; nil if the system does not say.
    public let freeByteCount: Int?
    /// The distance to each node, 10 to itself. Nodes whose distance is unknown are left out.
    public let distances: [NUMANode: Int]
    /// Its share of the pools of huge pages.
    public let hugePages: [HugePagePool]

    /// Whether it has memory. Taken to be so if the system does not say.
    public var hasMemory: Bool { totalByteCount != 0 }
    /// Whether it is known to have memory and no CPU: memory behind a link, or of another kind.
    public var isMemoryOnly: Bool { cpus.isEmpty && (totalByteCount ?? 0) > 0 }

    package init(
      node: NUMANode, cpus: [Int], totalByteCount: Int?, freeByteCount: Int? = nil,
      distances: [NUMANode: Int], hugePages: [HugePagePool] = []
    ) {
      self.node = node
      self.cpus = cpus
      self.totalByteCount = totalByteCount
      self.freeByteCount = freeByteCount
      self.distances = distances
      self.hugePages = hugePages
    }
  }

  /// Where the answer comes from.
  public enum Source: Hashable, Sendable {
    /// libnuma.
    case libnuma
    /// The files of /sys: libnuma finds no NUMA here, or is not permitted to ask.
    case systemFiles
    /// The nodes that this process may use, by its status in /proc: there is no /sys to read. Their
    /// CPUs, distances and memory are unknown.
    case processStatus
    /// One node is assumed: this build has no libnuma.
    case withoutLibnuma
    /// One node is assumed: this kernel, or its container, offers no NUMA.
    case withoutKernelSupport
  }

  /// The nodes by ascending number. Numbers need not be dense.
  public let nodes: [Node]
  /// Where the answer comes from.
  public let source: Source
  /// The nodes with memory that the asking thread may take it from (its cpuset), ascending.
  public let allowedNodes: [NUMANode]

  /// `memoryNodes`: those that the process may use; nil if all.
  package init(nodes: [Node], source: Source, memoryNodes: Set<NUMANode>? = nil) {
    self.nodes = nodes
    self.source = source
    let withMemory = nodes.filter(\.hasMemory).map(\.node)
    self.allowedNodes = withMemory.filter { memoryNodes?.contains($0) ?? true }
  }

  /// The nodes as they are now, but for the distances and the CPUs of each, which libnuma keeps
  /// from when it was first asked: a CPU that came or went since is not seen. Reads /sys:
  /// microseconds to a millisecond. Any thread may ask; `allowedNodes` are those of its own cpuset.
  public static var current: NUMATopology { current(.linux) }

  package static func current(_ systemCalls: SystemCalls) -> NUMATopology {
    #if NUMA
      if let nodes = LibnumaTopology.nodes(systemCalls) {
        let allowed = systemCalls.allowedMemoryNodes
        return NUMATopology(nodes: nodes, source: .libnuma, memoryNodes: allowed)
      }
      return askingFiles(systemCalls)
    #else
      return NUMATopology(nodes: [singleNode(systemCalls)], source: .withoutLibnuma)
    #endif
  }

  /// The nodes where libnuma does not tell them.
  package static func askingFiles(_ systemCalls: SystemCalls) -> NUMATopology {
    fromSystemFiles(systemCalls) ?? fromProcessStatus(systemCalls)
      ?? NUMATopology(nodes: [singleNode(systemCalls)], source: .withoutKernelSupport)
  }

  /// Whether this build has the trait NUMA.
  package static var isCompiledIn: Bool {
    #if NUMA
      true
    #else
      false
    #endif
  }

  /// A node's directory in /sys.
  static func directory(_ node: NUMANode) -> String {
    "/sys/devices/system/node/node\(node.number)"
  }

  /// The nodes that have memory; nil if the system does not say.
  package static func knownNodesWithMemory(_ systemCalls: SystemCalls) -> Set<NUMANode>? {
    let numbers = systemCalls.numberList("/sys/devices/system/node/has_memory")
    return numbers.map { Set($0.map { NUMANode($0) }) }
  }

  /// The nodes that have memory; node 0 alone if the system does not say.
  package static func nodesWithMemory(_ systemCalls: SystemCalls) -> Set<NUMANode> {
    knownNodesWithMemory(systemCalls) ?? [0]
  }

  /// The whole machine as node 0.
  package static func singleNode(_ systemCalls: SystemCalls) -> Node {
    let memory = systemCalls.keyedSizes("/proc/meminfo")
    return Node(
      node: 0, cpus: systemCalls.numberList("/sys/devices/system/cpu/online") ?? [],
      totalByteCount: memory?["MemTotal"], freeByteCount: memory?["MemFree"],
      distances: [0: 10], hugePages: HugePagePool.all(systemCalls))
  }
}
