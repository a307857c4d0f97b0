import Foundation
import Testing

@Suite struct BenchToolTests {
  private let small = ["--quick", "--samples", "1"]

  @Test func printsFiguresAndTheMachine() throws {
    let outcome = try Tool.run(["bench", "--workload", "W7"] + small)
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    for text in [" processors, Linux ", "minimum", "open-ns", "resident-bytes", "1 TiB"] {
      #expect(outcome.output.contains(text), "\(outcome.output)")
    }
  }

  @Test func printsOneLineOfJSON() throws {
    let outcome = try Tool.run(["bench", "--workload", "W7", "--samples", "3", "--json"])
    #expect(outcome.status == 0)
    let object = try jsonObject(outcome.output)
    #expect(Set(object.keys) == ["machine", "results"])
    let machine = try #require(object["machine"] as? [String: Any])
    #expect(machine["kernel"] is String)
    #expect((machine["processors"] as? Int ?? 0) > 0)
    #expect(machine["absent"] is [Any])
    let results = try #require(object["results"] as? [[String: Any]])
    #expect(results.count == 9, "three figures of each of three sizes")
    for result in results {
      #expect(result["workload"] as? String == "W7")
      #expect(result["subject"] as? String == "iopages")
      #expect(result["threads"] as? Int == 1)
      #expect(result["metric"] is String)
      #expect(result["unit"] is String)
      #expect(result["samples"] as? Int == 3)
      let minimum = try #require(result["minimum"] as? Double)
      let median = try #require(result["median"] as? Double)
      #expect(minimum <= median)
    }
  }

  @Test func measuresTheSubjectsThatAreNamed() throws {
    let outcome = try Tool.run(
      ["bench", "--workload", "W1,W3", "--subject", "loop,iopages,glibc", "--json"] + small)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let results = try #require(try jsonObject(outcome.output)["results"] as? [[String: Any]])
    let found = results.map { result in
      ["workload", "metric", "subject"].map { result[$0] as? String ?? "" }.joined(separator: " ")
    }
    #expect(
      Set(found) == [
        "W1 pair iopages", "W1 pair loop", "W1 pair glibc",
        "W3 step iopages", "W3 step loop", "W3 step glibc",
      ])
    #expect(Set(results.map { $0["unit"] as? String }) == ["ns"])
  }

  @Test func listsWhatIsNotInstalled() throws {
    // Of all peers only this one is never where the tests are built: its loops are compiled for
    // the tool in another folder.
    let outcome = try Tool.run(
      ["bench", "--workload", "W1", "--subject", "loop,dpdk-mempool"] + small)
    #expect(outcome.status == 0)
    #expect(
      outcome.output.contains("dpdk-mempool: not found on this machine; apt-get install libdpdk"),
      "\(outcome.output)")
  }

  @Test func drawsAChart() throws {
    let directory = try TemporaryDirectory()
    let outcome = try Tool.run(
      ["bench", "--workload", "W1", "--subject", "loop", "--svg", directory.file("chart.svg")]
        + small)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let text = try String(contentsOfFile: directory.file("chart.svg"), encoding: .utf8)
    #expect(text.hasPrefix("<svg ") && text.hasSuffix("</svg>\n"))
    try expectFailure(
      ["bench", "--workload", "W1", "--subject", "loop", "--svg", directory.file("no/chart.svg")]
        + small,
      saying: "cannot write")
  }

  @Test func parsesTheCaptureThatIsNamed() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("capture.pcap")
    let bytes = makeCapture([Array(repeating: 7, count: 60)])
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let outcome = try Tool.run(["bench", "--workload", "W12", "--capture", path] + small)
    #expect(outcome.status == 0, "\(outcome.errors)")
    for text in ["W12 parse [ns]", "W12 parse-verified [ns]", "median/c", "page-buffer"] {
      #expect(outcome.output.contains(text), "\(outcome.output)")
    }
    try Data(bytes.dropLast()).write(to: URL(fileURLWithPath: path))
    try expectFailure(
      ["bench", "--workload", "W12", "--capture", path] + small,
      saying: "\(path): it ends in the middle of frame 1")
    try expectFailure(
      ["bench", "--capture", directory.file("none")] + small, saying: "No such file or directory")
  }

  @Test func refusesWhatCannotBe() throws {
    try expectUsageError(["bench", "--workload", "W99"], saying: "There is no workload W99")
    try expectUsageError(["bench", "--workload", "W1,"], saying: "There is no workload ;")
    try expectUsageError(
      ["bench", "--subject", "slab"], saying: "There is no subject slab; there are iopages, ")
    try expectUsageError(["bench", "--samples", "0"], saying: "must be in 1...100000")
    try expectUsageError(["bench", "--samples", "100001"], saying: "must be in 1...100000")
  }
}
