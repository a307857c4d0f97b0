import IOPages
import Testing
import iopages

@Suite struct TrialMachineTests {
  @Test func eachPolicyIsTriedOnEachNode() {
    let machine = TrialMachine(
      nodes: [0, 2], processors: [(cpu: 1, node: 0, local: 0), (cpu: 4, node: 3, local: 2)])
    let trials = machine.trials
    let local = trials.filter { $0.policy == "local" }
    #expect(local.map(\.processor) == [1, 4])
    // The node of CPU 4 has no memory, and node 2 is the nearest that has.
    #expect(local.map(\.promise) == [.only([0]), .only([2])])
    #expect(local.map(\.description) == ["local, CPU 1 of node 0", "local, CPU 4 of node 3"])
    let bind = trials.filter { $0.policy == "bind" }
    #expect(bind.map(\.promise) == [.only([0]), .only([2]), .only([0, 2])])
    #expect(bind.map(\.processor) == [nil, nil, nil])
  }

  @Test func oneNodeIsTriedOnce() {
    let machine = TrialMachine(nodes: [0], processors: [(cpu: 0, node: 0, local: 0)])
    #expect(machine.trials.filter { $0.policy == "bind" }.map(\.promise) == [.only([0])])
  }
}
