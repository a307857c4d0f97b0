import IOPages
import MemoryRegions
import SystemPackage
import Testing
import iopages

@Suite struct TrialMachineTests {
  @Test func eachPolicyIsTriedOnEachNode() {
    let trials = machine([0: [0, 1], 2: [], 3: [4]], without: [3], weights: [2: 3]).trials
    let local = trials.filter { $0.policy == "local" }
    // CPU 0 is not for this process, the node of CPU 4 has no memory, and node 2 is as near as 0.
    #expect(local.map(\.processor?.number) == [1, 4])
    #expect(local.map(\.promise) == [.only([0]), .only([0, 2])])
    #expect(local.map(\.description) == ["local, CPU 1 of node 0", "local, CPU 4 of node 3"])
    #expect(promises("bind", trials) == [.only([0]), .only([2])])
    #expect(promises("preferred", trials) == [.only([0]), .only([2])])
    #expect(promises("interleave", trials) == [.shares([0: 1, 2: 1])])
    #expect(promises("weighted-interleave", trials) == [.shares([0: 1, 2: 3])])
    #expect(promises("home-node", trials) == [.only([0]), .only([2])])
    let migration = trials.filter { $0.policy == "migration" }
    #expect(migration.map(\.placement) == [.bind(to: 0), .bind(to: 2)])
    #expect(migration.map(\.destination) == [2, 0])
    #expect(migration.map(\.promise) == [.only([2]), .only([0])])
    #expect(Set(trials.map(\.description)).count == trials.count, "each line is another one")
  }

  @Test func severalNodesArePreferredToTheCPUsOwn() {
    let trials = machine([0: [0, 1], 2: [3], 5: []]).trials.filter {
      $0.policy == "preferred-many"
    }
    // No CPU is near to node 5.
    #expect(trials.map(\.processor?.number) == [1, 3])
    #expect(trials.map(\.placement) == [.preferredMany(2, 5), .preferredMany(0, 5)])
    #expect(trials.map(\.promise) == [.only([2, 5]), .only([0, 5])])
    #expect(
      trials.map(\.description) == [
        "preferably on any of node 2, node 5; CPU 1 of node 0",
        "preferably on any of node 0, node 5; CPU 3 of node 2",
      ])
  }

  @Test func oneNodeIsTriedWithEachPolicyButThatOfMoving() {
    let trials = machine([0: [1]]).trials
    #expect(promises("local", trials) == [.only([0])])
    #expect(promises("bind", trials) == [.only([0])])
    #expect(promises("preferred-many", trials) == [.only([0])])
    #expect(promises("interleave", trials) == [.shares([0: 1])])
    #expect(promises("migration", trials) == [])
  }

  @Test(arguments: [NUMATopology.Source.withoutLibnuma, .withoutKernelSupport])
  func whereOneNodeIsAssumedTheNodeOfACPUIsNotKnown(source: NUMATopology.Source) {
    let trials = machine([0: [0, 1, 3, 4]], source: source).trials
    #expect(promises("local", trials) == [])
    #expect(trials.allSatisfy { $0.processor == nil })
    #expect(promises("bind", trials) == [.only([0])])
    #expect(promises("preferred-many", trials) == [.only([0])])
  }

  /// Nodes with their CPUs, 20 from each other, for a process that may use CPUs 1, 3 and 4.
  private func machine(
    _ cpus: [Int: [Int]], without: [Int] = [], weights: [Int: Int] = [:],
    source: NUMATopology.Source = .libnuma
  ) -> TrialMachine {
    let nodes = cpus.keys.sorted().map { number in
      NUMATopology.Node(
        node: NUMANode(number), cpus: cpus[number] ?? [],
        totalByteCount: without.contains(number) ? 0 : 1 << 30,
        distances: Dictionary(
          uniqueKeysWithValues: cpus.keys.map { (NUMANode($0), $0 == number ? 10 : 20) }))
    }
    var table = SystemCalls.linux
    table.readFile = { (path) throws(Errno) in
      for (node, weight) in weights
      where path == "/sys/kernel/mm/mempolicy/weighted_interleave/node\(node)" {
        return "\(weight)\n"
      }
      throw .noSuchFileOrDirectory
    }
    return TrialMachine(NUMATopology(nodes: nodes, source: source), cpus: [1, 3, 4], table)
  }

  private func promises(_ policy: String, _ trials: [PlacementTrial]) -> [PlacementPromise] {
    trials.filter { $0.policy == policy }.map(\.promise)
  }
}
