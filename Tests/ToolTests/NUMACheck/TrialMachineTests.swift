import IOPages
import Testing
import iopages

@Suite struct TrialMachineTests {
  @Test func eachPolicyIsTriedOnEachNode() {
    let machine = TrialMachine(
      nodes: [0, 2], processors: [(cpu: 1, node: 0, local: 0), (cpu: 4, node: 3, local: 2)],
      weights: [2: 3])
    let trials = machine.trials
    let local = trials.filter { $0.policy == "local" }
    #expect(local.map(\.processor) == [1, 4])
    // The node of CPU 4 has no memory, and node 2 is the nearest that has.
    #expect(local.map(\.promise) == [.only([0]), .only([2])])
    #expect(local.map(\.description) == ["local, CPU 1 of node 0", "local, CPU 4 of node 3"])
    #expect(promises("bind", trials) == [.only([0]), .only([2])])
    #expect(promises("preferred", trials) == [.only([0]), .only([2])])
    #expect(promises("preferred-many", trials) == [.only([0, 2])])
    #expect(promises("interleave", trials) == [.shares([0: 1, 2: 1])])
    #expect(promises("weighted-interleave", trials) == [.shares([0: 1, 2: 3])])
    #expect(promises("home-node", trials) == [.only([0]), .only([2])])
    #expect(trials.allSatisfy { ($0.processor != nil) == ($0.policy == "local") })
    let migration = trials.filter { $0.policy == "migration" }
    #expect(migration.map(\.placement) == [.bind(to: 0), .bind(to: 2)])
    #expect(migration.map(\.destination) == [2, 0])
    #expect(migration.map(\.promise) == [.only([2]), .only([0])])
    #expect(Set(trials.map(\.description)).count == trials.count, "each line is another one")
  }

  @Test func oneNodeIsTriedWithEachPolicyButThatOfMoving() {
    let machine = TrialMachine(nodes: [0], processors: [(cpu: 0, node: 0, local: 0)])
    #expect(promises("bind", machine.trials) == [.only([0])])
    #expect(promises("interleave", machine.trials) == [.shares([0: 1])])
    #expect(promises("migration", machine.trials) == [])
  }

  private func promises(_ policy: String, _ trials: [PlacementTrial]) -> [PlacementPromise] {
    trials.filter { $0.policy == policy }.map(\.promise)
  }
}
