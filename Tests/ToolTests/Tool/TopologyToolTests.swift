import Foundation
import MemoryTestSupport
import SystemCallRefusal
import Testing

@Suite struct TopologyToolTests {
  @Test func showsNodesLimitsAndGrants() throws {
    let outcome = try withMachineHugePages { try Tool.run(["topology"]) }
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    for text in [
      "node 0: ", "distances from the row's node", "\n  node 0  10", "huge pages of 2 MiB: ",
      "memlock limit: ", "mbind: ", "processors' caches by: ",
      "transparent huge pages: ", "granted here and now:", "--huge-pages none", "--numa-node 0",
    ] {
      #expect(outcome.output.contains(text), "\(outcome.output)")
    }
  }

  @Test func printsOneLineOfJSON() throws {
    let object = try jsonObject(
      try withMachineHugePages { try Tool.run(["topology", "--json"]).output })
    let nodes = try #require(object["nodes"] as? [[String: Any]])
    #expect(!nodes.isEmpty)
    #expect(object["page_size"] as? Int == 4096)
    let granted = try #require(object["granted"] as? [[String: Any]])
    let basePages = granted.first { $0["option"] as? String == "--huge-pages none" }
    #expect(basePages?["granted"] as? Bool == true)
    for grant in granted where grant["granted"] as? Bool == false {
      #expect((grant["refusal"] as? String)?.isEmpty == false, "a refusal says why")
    }
  }

  @Test func saysWhyRestartableSequencesAreNotUsed() async {
    #if arch(x86_64)
      await #expect(processExitsWith: .success) {
        guard refuse(SystemCallNumber.membarrier) else {
          return cannotTest("seccomp", because: "no filter can be installed")
        }
        // The tool as a user runs it has no sanitizer; the one beside the tests may have.
        let outcome = try withMachineHugePages { try Tool.run(["topology"]) }
        #expect(outcome.status == 0)
        #expect(
          outcome.output.contains("refuses membarrier") || outcome.output.contains("sanitizer")
            || outcome.output.contains("not registered"))
      }
    #else
      let outcome = try withMachineHugePages { try Tool.run(["topology"]) }
      #expect(outcome.output.contains("x86-64 only"))
    #endif
  }

  @Test func saysThatPlacementIsRefused() async {
    await #expect(processExitsWith: .success) {
      guard refuse(SystemCallNumber.mbind) else {
        return cannotTest("seccomp", because: "no filter can be installed")
      }
      let outcome = try withMachineHugePages { try Tool.run(["topology"]) }
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("mbind: refused (Operation not permitted)"))
      #expect(outcome.output.contains("no: \(refusal("placement refused"))"))
    }
  }
}
