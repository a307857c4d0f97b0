import Foundation
import Testing

@Suite struct BenchToolTests {
  @Test func printsFiguresAndTheMachine() throws {
    let outcome = try Tool.run(["bench", "--samples", "1"])
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    for text in [" processors, Linux ", "workload", "open-ns", "resident-bytes", "1 TiB"] {
      #expect(outcome.output.contains(text), "\(outcome.output)")
    }
  }

  @Test func printsOneLineOfJSON() throws {
    let outcome = try Tool.run(["bench", "--workload", "W7", "--samples", "3", "--json"])
    #expect(outcome.status == 0)
    let object = try jsonObject(outcome.output)
    let machine = try #require(object["machine"] as? [String: Any])
    #expect(machine["kernel"] is String)
    #expect((machine["processors"] as? Int ?? 0) > 0)
    let results = try #require(object["results"] as? [[String: Any]])
    #expect(results.count == 9, "three figures of each of three sizes")
    for result in results {
      #expect(result["workload"] as? String == "W7")
      #expect(result["subject"] as? String == "iopages")
      #expect(result["threads"] as? Int == 1)
      #expect(result["metric"] is String)
      #expect(result["unit"] is String)
      let minimum = try #require(result["minimum"] as? Double)
      let median = try #require(result["median"] as? Double)
      #expect(minimum <= median)
      let isMeasured = result["metric"] as? String != "metadata-bytes-per-page"
      #expect(result["samples"] as? Int == (isMeasured ? 3 : 1))
    }
  }

  @Test func refusesWhatCannotBe() throws {
    try expectUsageError(["bench", "--workload", "W99"], saying: "There is no workload W99")
    try expectUsageError(["bench", "--samples", "0"], saying: "must be in 1...100000")
    try expectUsageError(["bench", "--samples", "100001"], saying: "must be in 1...100000")
  }
}
