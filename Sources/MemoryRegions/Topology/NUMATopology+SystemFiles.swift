// The nodes by the files of /sys, which libnuma reads too. They stay readable where a container
// refuses the calls about memory policies, and a test can put other files in their place.
//
//      /sys/devices/system/node/online            0,2-3
//      /sys/devices/system/node/node2/cpulist     4-7
//      /sys/devices/system/node/node2/distance    21 10 31        in the order of `online`
//      /sys/devices/system/node/node2/meminfo     Node 2 MemTotal: 1048576 kB ...

extension NUMATopology {
  /// The nodes that /sys lists; nil if it lists none.
  package static func fromSystemFiles(_ systemCalls: SystemCalls) -> NUMATopology? {
    let numbers = systemCalls.numberList("/sys/devices/system/node/online") ?? []
    guard !numbers.isEmpty else { return nil }
    let nodes = numbers.sorted().map { NUMANode($0) }
    return NUMATopology(
      nodes: nodes.map { describe($0, among: nodes, systemCalls) }, source: .systemFiles,
      memoryNodes: systemCalls.allowedMemoryNodes)
  }

  private static func describe(
    _ node: NUMANode, among nodes: [NUMANode], _ systemCalls: SystemCalls
  ) -> Node {
    let memory = NodeMemory(node, systemCalls)
    let distances = (try? systemCalls.readFile(directory(node) + "/distance")) ?? ""
    let values = distances.split(whereSeparator: { $0 == " " || $0 == "\n" }).map { Int($0) }
    var known: [NUMANode: Int] = [:]
    if values.count == nodes.count {
      for (other, distance) in zip(nodes, values) { known[other] = distance }
    }
    return Node(
      node: node, cpus: systemCalls.numberList(directory(node) + "/cpulist") ?? [],
      totalByteCount: memory?.totalByteCount, freeByteCount: memory?.freeByteCount,
      distances: known, hugePages: HugePagePool.all(node: node, systemCalls))
  }
}
