import Glibc
import MemoryRegions
import MemoryTestSupport
import Testing

extension OnNodesTests {
  /// A process that may use some of the nodes only.
  @Suite struct CPUSetOnNodesTests {
    @Test func `nodes that a cpuset forbids are not allowed, and are refused by name`() async {
      // A process of its own moves into the cpuset.
      await #expect(processExitsWith: .success) {
        guard let nodes = severalNodes() else { return }
        let (first, last) = (nodes[0], nodes[nodes.count - 1])
        guard confineToMemory(of: first) else {
          return cannotTest("cpuset", because: "no cpuset can be made here (errno \(errno))")
        }
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

    @Test func `more than a cpuset's node has is an error, and no end of the process`() async {
      await #expect(processExitsWith: .success) {
        guard let first = severalNodes()?.first else { return }
        guard confineToMemory(of: first) else {
          return cannotTest("cpuset", because: "no cpuset can be made here (errno \(errno))")
        }
        // All that the node has, of which the machine itself uses some.
        let byteCount = try #require(NodeMemory(first, .linux)).totalByteCount & -4096
        guard SystemLimits.current.availableByteCount ?? 0 > byteCount else {
          return cannotTest("cpuset", because: "the other nodes have too little memory")
        }
        for placement in [Placement.none, .local, .preferred(first), .bind(to: first)] {
          let options = RegionOptions(byteCount: byteCount, placement: placement)
          let error = #expect(throws: RegionError.self) { try MemoryRegion(options) }
          let kind: RegionError.Kind =
            placement == .bind(to: first) ? .notEnoughMemoryOnNodes : .notEnoughMemory
          #expect(error?.kind == kind, "\(placement): \(error.map { "\($0)" } ?? "")")
        }
      }
    }
  }
}

/// Moves this process into a new control group that may take memory from one node.
private func confineToMemory(of node: NUMANode) -> Bool {
  // All are terminated strings for the length of each call.
  guard let parent = unsafe mkdtemp(strdup("/dev/shm/iopages-cgroup-XXXXXX")) else { return false }
  let path = unsafe String(cString: parent)
  unsafe free(parent)
  guard unsafe mount("none", path, "cgroup2", 0, nil) == 0 else { return false }
  // Lazily: the process stays in the group, which goes when the mount is gone and the process
  // ended.
  defer { _ = unsafe umount2(path, Int32(MNT_DETACH)) }
  let group = path + "/iopages-\(getpid())"
  guard writeText("+cpuset", to: path + "/cgroup.subtree_control"),
    unsafe mkdir(group, 0o755) == 0
  else { return false }
  return writeText("\(node.number)", to: group + "/cpuset.mems")
    && writeText("\(getpid())", to: group + "/cgroup.procs")
}
