// Tests for machines with several nodes. `Scripts/test-numa` runs them in machines that have them;
// on any other machine each of them says that it could not run.
//
// They look at what the kernel did, page by page, and not at what a region says of itself. Nodes and
// their memory are the machine's, so these tests take turns: those of this target are in one suite.
// `--filter OnNodesTests` names it, and with it the tool's own suite for several nodes, which is with
// the tool's tests; the two are run one after the other (`--no-parallel`).

import MemoryRegions
import MemoryTestSupport
import Synchronization
import SystemPackage
import Testing

@Suite(.serialized) struct OnNodesTests {}

/// The nodes with memory, if there are several and regions can be placed on them; nil, and a report,
/// if not: of `several-nodes`, or of `numa` where the machine has them and memory cannot be placed.
func severalNodes(sourceLocation: SourceLocation = #_sourceLocation) -> [NUMANode]? {
  let nodes = NUMATopology.nodesWithMemory(.linux).sorted()
  let (part, reason): (String, String)
  if nodes.count < 2 {
    (part, reason) = ("several-nodes", "this machine has one node with memory")
  } else if !NUMATopology.isCompiledIn {
    (part, reason) = ("numa", "built without the trait NUMA")
  } else if case .refused(let errno) = SystemLimits.current.placement {
    (part, reason) = ("numa", "mbind is refused here (\(errno))")
  } else {
    return nodes
  }
  cannotTest(part, because: reason, sourceLocation: sourceLocation)
  return nil
}

/// The nodes with memory and CPUs, each with its CPUs.
func nodesWithProcessors(_ nodes: [NUMANode]) -> [(node: NUMANode, cpus: [Int])] {
  NUMATopology.current.nodes
    .filter { nodes.contains($0.node) && !$0.cpus.isEmpty }
    .map { ($0.node, $0.cpus) }
}

/// The node of every page of these bytes of a region, by asking the kernel; nil for a page that is
/// not in memory.
func nodesOfPages(
  _ region: MemoryRegion, bytes: Range<Int>? = nil, pageStep: Int = 4096
) throws -> [NUMANode?] {
  // The address of a region that is alive, used as a number only.
  let base = Int(bitPattern: unsafe region.baseAddress)
  let bytes = bytes ?? 0..<region.committedByteCount
  let pages = stride(from: base + bytes.lowerBound, to: base + bytes.upperBound, by: pageStep)
  return try SystemCalls.linux.nodes(Array(pages)).map { $0 < 0 ? nil : NUMANode(Int($0)) }
}

/// How many pages of these bytes are on each node. A page that is not in memory counts for none.
func pagesByNode(
  _ region: MemoryRegion, bytes: Range<Int>? = nil, pageStep: Int = 4096
) throws -> [NUMANode: Int] {
  let found = try nodesOfPages(region, bytes: bytes, pageStep: pageStep)
  return Dictionary(found.compactMap { $0 }.map { ($0, 1) }, uniquingKeysWith: +)
}

/// Writes to the first word of every page of these bytes of a region.
func touch(_ region: MemoryRegion, bytes: Range<Int>? = nil) {
  for offset in stride(
    from: bytes?.lowerBound ?? 0, to: bytes?.upperBound ?? region.committedByteCount, by: 4096)
  {
    // Within the committed bytes, while the region lives.
    unsafe region.baseAddress.storeBytes(of: UInt64(offset), toByteOffset: offset, as: UInt64.self)
  }
}

/// Those of the nodes that the kernel goes to first from one that is full, or that has no memory: the
/// nearest, and of those that are about as near the one it likes. It prefers higher numbers, and nodes
/// without CPUs, and counts one for each of these on top of the distance.
func nearestNodes(of nodes: [NUMANode], to node: NUMANode) throws -> [NUMANode] {
  let known = NUMATopology.current.nodes.first { $0.node == node }
  let distances = try #require(known).distances
  let least = try #require(nodes.compactMap { distances[$0] }.min())
  return nodes.filter { distances[$0] ?? .max <= least + 2 }
}

/// The free memory of a node and what gives way to more of it, in bytes.
func availableByteCount(_ node: NUMANode) throws -> Int {
  try #require(NodeMemory(node, .linux)).availableByteCount
}

/// What `body` gives on a thread that runs on this CPU and no other.
func onProcessor<Result: Sendable>(
  _ number: Int, _ body: @escaping @Sendable () throws -> Result
) throws -> Result {
  let outcome = Mutex<Swift.Result<Result, any Error>?>(nil)
  onThreads(1) { _ in
    Processors.move(to: number)
    let result = Swift.Result { try body() }
    outcome.withLock { $0 = result }
  }
  return try #require(outcome.withLock { $0 }).get()
}

/// Writes a number to a file of /sys; false if it does not take it.
func writeNumber(_ number: Int, to path: String) -> Bool { writeText("\(number)\n", to: path) }

/// Writes a text to a file of the kernel's; false if it does not take it.
func writeText(_ text: String, to path: String) -> Bool {
  guard let file = try? FileDescriptor.open(FilePath(path), .writeOnly) else { return false }
  defer { try? file.close() }
  return (try? file.writeAll(text.utf8)) != nil
}
