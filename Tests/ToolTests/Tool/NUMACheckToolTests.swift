import Foundation
import IOPages
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
        "local", "bind", "preferred", "preferred-many", "interleave", "weighted-interleave",
        "home-node",
      ]))
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
      #expect(outcome.output.contains("local, CPU "))
      #expect(outcome.output.contains("unknown      the kernel does not say"))
    }
  }

  @Test(arguments: [("0", "not 0 bytes"), ("-4096", "not -4096 bytes"), ("5000", "not 5000 bytes")])
  func refusesWhatIsNoWholeNumberOfPages(size: String, text: String) throws {
    try expectFailure(["numa-check", "--size", size], saying: text)
  }
}

/// For machines with several nodes: `Scripts/test-numa` has them.
@Suite struct NUMACheckOnNodesTests {
  @Test func everyPolicyHoldsOnEveryNode() throws {
    let nodes = NUMATopology.current.nodes.filter { $0.totalByteCount ?? 0 > 0 }.map(\.node)
    guard nodes.count > 1 else {
      return cannotTest("several-nodes", because: "this machine has one node with memory")
    }
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
}
