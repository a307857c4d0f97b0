import Glibc
import MemoryRegions
import MemoryTestSupport
import Testing

extension OnNodesTests {
  /// A process that may use some of the nodes only.
  @Suite struct CPUSetOnNodesTests {
    @Test func `nodes that a cpuset forbids are not allowed, and are refused by name`() async {
      guard let nodes = severalNodes() else { return }
      let (first, last) = (nodes[0].number, nodes[nodes.count - 1].number)
      await withControlGroup(memoryOf: nodes[0]) { group in
        // A process of its own moves into the group.
        await #expect(processExitsWith: .success) {
          [group = group as String, first = first as Int, last = last as Int] in
          let (first, last) = (NUMANode(first), NUMANode(last))
          try #require(writeText("\(getpid())", to: group + "/cgroup.procs"))
          let topology = NUMATopology.current
          #expect(topology.allowedNodes == [first])
          #expect(topology.nearest(to: last) == [first])
          let region = try MemoryRegion(
            RegionOptions(byteCount: 1 << 20, placement: .bind(to: first)))
          #expect(try pagesByNode(region) == [first: 256])
          for placement in [
            Placement.bind(to: last), .bind(to: first, last), .interleave(over: first, last),
            .preferred(last),
          ] {
            let options = RegionOptions(byteCount: 1 << 20, placement: placement)
            let error = #expect(throws: RegionError.self) { try MemoryRegion(options) }
            #expect(error?.kind == .nodeNotAllowed, "\(placement): \(error.map { "\($0)" } ?? "")")
            var allowing = options
            allowing.allowing = .placement
            let elsewhere = try MemoryRegion(allowing)
            #expect(elsewhere.granted.unmet.map(\.reason.kind) == [.nodeNotAllowed])
            #expect(try pagesByNode(elsewhere) == [first: 256])
          }
        }
      }
    }

    @Test func `more than a cpuset's node has is an error, and no end of the process`() async throws
    {
      guard let nodes = severalNodes() else { return }
      let number = nodes[0].number
      // All that the node has, of which the machine itself uses some.
      let byteCount = try #require(NodeMemory(nodes[0], .linux)).totalByteCount & -4096
      guard SystemLimits.current.availableByteCount ?? 0 > byteCount else {
        return cannotTest("small-node", because: "the other nodes have too little memory")
      }
      await withControlGroup(memoryOf: nodes[0]) { group in
        await #expect(processExitsWith: .success) {
          [group = group as String, number = number as Int, byteCount = byteCount as Int] in
          try #require(writeText("\(getpid())", to: group + "/cgroup.procs"))
          let node = NUMANode(number)
          for placement in [Placement.none, .local, .preferred(node), .bind(to: node)] {
            let options = RegionOptions(byteCount: byteCount, placement: placement)
            let error = #expect(throws: RegionError.self) { try MemoryRegion(options) }
            let kind: RegionError.Kind =
              placement == .bind(to: node) ? .notEnoughMemoryOnNodes : .notEnoughMemory
            #expect(error?.kind == kind, "\(placement): \(error.map { "\($0)" } ?? "")")
          }
        }
      }
    }
  }
}

/// Runs `body` with the path of a control group that may take memory from one node, which processes
/// can move into; reports it where there can be none. The machine's groups are as before afterwards:
/// no process may be left in it.
private func withControlGroup(
  memoryOf node: NUMANode, _ body: (_ group: String) async -> Void
) async {
  // Strings are terminated ones for the length of each call, here and below.
  guard let template = unsafe strdup("/dev/shm/iopages-cgroup-XXXXXX") else { return }
  defer { unsafe free(template) }
  guard unsafe mkdtemp(template) != nil else {
    return cannotTest("cpuset", because: "/dev/shm takes no directory (errno \(errno))")
  }
  let root = unsafe String(cString: template)
  defer { expectDone(unsafe rmdir(root), "rmdir \(root)") }
  guard unsafe mount("none", root, "cgroup2", 0, nil) == 0 else {
    return cannotTest("cpuset", because: "no control groups can be mounted (errno \(errno))")
  }
  defer { expectDone(unsafe umount2(root, 0), "umount \(root)") }
  // There is one tree of groups: what is changed here is changed for the machine.
  let controllers = root + "/cgroup.subtree_control"
  let had = (try? SystemCalls.linux.readFile(controllers))?.split { $0 == " " || $0 == "\n" }
  let hadCPUSets = had?.contains("cpuset") ?? false
  guard hadCPUSets || writeText("+cpuset", to: controllers) else {
    return cannotTest("cpuset", because: "control groups can have no cpuset")
  }
  defer { if !hadCPUSets { #expect(writeText("-cpuset", to: controllers)) } }
  let group = root + "/iopages-\(getpid())"
  guard unsafe mkdir(group, 0o755) == 0 else {
    return cannotTest("cpuset", because: "no control group can be made (errno \(errno))")
  }
  defer { expectDone(unsafe rmdir(group), "rmdir \(group)") }
  guard writeText("\(node.number)", to: group + "/cpuset.mems") else {
    return cannotTest("cpuset", because: "the cpuset takes no node")
  }
  await body(group)
}

/// Expects a call to have succeeded: what it would take away stays on the machine else.
private func expectDone(_ status: Int32, _ call: String) {
  let code = errno
  #expect(status == 0, "\(call): errno \(code)")
}
