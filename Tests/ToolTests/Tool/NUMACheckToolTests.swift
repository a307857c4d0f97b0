import Foundation
import IOPages
import MemoryRegions
import MemoryTestSupport
import SystemCallRefusal
import Testing

@Suite struct NUMACheckToolTests {
  @Test func noPolicyFailsOnThisMachine() throws {
    let outcome = try Tool.run(["numa-check"])
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains("\n  bind to node 0  "))
    #expect(outcome.output.contains(" 0 fail, "))
  }

  @Test func printsOneLineOfJSON() throws {
    let object = try jsonObject(try Tool.run(["numa-check", "--size", "64K", "--json"]).output)
    #expect(object["failures"] as? Int == 0)
    #expect(object["bytes"] as? Int == 64 << 10)
    let policies = try #require(object["policies"] as? [[String: Any]])
    let names = Set(policies.compactMap { $0["policy"] as? String })
    #expect(
      names.isSuperset(of: [
        "bind", "preferred", "preferred-many", "interleave", "weighted-interleave", "home-node",
      ]))
    // Which node a CPU is near to is not known where one node is assumed.
    #expect(names.contains("local") == NUMATopology.isCompiledIn)
    #expect(policies.allSatisfy { ($0["detail"] as? String)?.isEmpty == false })
  }

  @Test func whatIsNotPermittedIsNoFailure() async {
    await #expect(processExitsWith: .success) {
      guard refuse(SystemCallNumber.mbind) else {
        return cannotTest("seccomp", because: "no filter can be installed")
      }
      let outcome = try Tool.run(["numa-check"])
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("unavailable  \(refusal("placement refused"))"))
      #expect(!outcome.output.contains("holds  "))
    }
  }

  @Test func whereNobodySaysWherePagesAreTheVerdictIsUnknown() async {
    await #expect(processExitsWith: .success) {
      guard refuse(SystemCallNumber.movePages) else {
        return cannotTest("seccomp", because: "no filter can be installed")
      }
      guard canPlaceMemory() else { return }
      let outcome = try Tool.run(["numa-check"])
      #expect(outcome.status == 0)
      #expect(outcome.output.contains(refusal("unknown      the kernel does not say")))
    }
  }

  @Test func aRegionThatCannotBeHadAtAllIsNoFailureOfAPolicy() throws {
    let tooLarge = try Tool.run(["numa-check", "--size", "4E"])
    #expect(tooLarge.status == 0, "\(tooLarge.output)\(tooLarge.errors)")
    #expect(tooLarge.output.contains("unknown      region larger than the address space"))
    #expect(tooLarge.output.contains("\n0 of "))
    // 64 GiB of addresses, of which the tool itself needs some.
    let limited = try Tool.run(
      ["numa-check", "--size", "64G"], wrapper: ["prlimit", "--as=\(64 << 30)"])
    guard !limited.errors.contains("Sanitizer") else {
      return cannotTest("address-space-limit", because: "a sanitizer takes the addresses itself")
    }
    #expect(limited.status == 0, "\(limited.output)\(limited.errors)")
    #expect(limited.output.contains("unknown      address space refused"))
  }

  @Test(arguments: [("0", "not 0 bytes"), ("-4096", "not -4096 bytes"), ("5000", "not 5000 bytes")])
  func refusesWhatIsNoWholeNumberOfPages(size: String, text: String) throws {
    try expectFailure(["numa-check", "--size", size], saying: text)
  }
}

/// For machines with several nodes: `Scripts/test-numa` has them.
@Suite(.serialized) struct NUMACheckOnNodesTests {
  @Test func everyPolicyHoldsOnEveryNode() throws {
    guard let nodes = severalNodes() else { return }
    let outcome = try Tool.run(["numa-check"])
    print(outcome.output)
    #expect(outcome.status == 0, "\(outcome.errors)")
    for node in nodes {
      for text in ["bind to \(node)  ", "preferably on \(node)  ", "moved from \(node) to "] {
        #expect(outcome.output.contains("\n  \(text)"))
      }
    }
    #expect(outcome.output.contains(" 0 fail, "))
  }

  @Test func aFullNodeIsNoFailure() throws {
    guard let node = severalNodes()?.last else { return }
    let spare = 32 << 20
    let memory = try #require(NodeMemory(node, .linux))
    let machine = SystemLimits.current.availableByteCount ?? 0
    guard memory.availableByteCount < 4 << 30, memory.availableByteCount > 4 * spare,
      machine > memory.availableByteCount + 4 * spare
    else {
      return cannotTest("small-node", because: "\(node) has too much memory to fill, or too little")
    }
    let competitor = try MemoryRegion(
      RegionOptions(
        byteCount: (memory.availableByteCount - spare) & -4096, placement: .bind(to: node)))
    // More than the node has left.
    let outcome = try withExtendedLifetime(competitor) {
      try Tool.run(["numa-check", "--size", "96M"])
    }
    print(outcome.output)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains(" 0 fail, "))
    let lines = outcome.output.split(separator: "\n")
    for policy in ["bind to \(node)", "preferably on \(node)"] {
      let line = try #require(lines.first { $0.hasPrefix("  \(policy)  ") })
      #expect(line.contains("  unknown  "), "\(line)")
    }
  }

  /// The nodes with memory that may be used, if there are several; nil, and a report, if not.
  private func severalNodes() -> [NUMANode]? {
    let nodes = NUMATopology.current.allowedNodes
    guard nodes.count > 1 else {
      cannotTest("several-nodes", because: "this machine has one node with memory")
      return nil
    }
    return nodes
  }
}
