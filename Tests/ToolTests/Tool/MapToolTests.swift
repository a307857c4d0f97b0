import Foundation
import IOPages
import MemoryTestSupport
import Testing

@Suite struct MapToolTests {
  @Test func drawsTheRegion() throws {
    let outcome = try Tool.run(["map", "--region", "16M", "--seed", "7"])
    #expect(outcome.status == 0)
    let rows = outcome.output.split(separator: "\n").filter { $0.hasPrefix("|") }
    #expect(rows.count == 16)
    #expect(rows.allSatisfy { $0.count == 66 })
    #expect(outcome.output.contains("pool of 16 MiB: "))
    #expect(outcome.output.contains("fragmentation index"))
  }

  @Test func aSeedDrawsTheSamePictureAgain() throws {
    let first = try Tool.run(["map", "--seed", "42", "--json"]).output
    #expect(try Tool.run(["map", "--seed", "42", "--json"]).output == first)
    #expect(try Tool.run(["map", "--seed", "43", "--json"]).output != first)
  }

  @Test func theFiguresAgreeWithEachOther() throws {
    let object = try jsonObject(try Tool.run(["map", "--region", "16M", "--json"]).output)
    let orders = try #require(object["orders"] as? [[String: Any]])
    let pages = { (key: String) in
      orders.reduce(0) { sum, row in
        sum + (row[key] as? Int ?? 0) << (row["order"] as? Int ?? 0)
      }
    }
    #expect(object["pages"] as? Int == 4096)
    #expect(pages("free") == object["free_pages"] as? Int)
    #expect(pages("used") + pages("free") == 4096, "the workload takes whole blocks only")
    let cellPages = try #require(object["pages_per_cell"] as? Int)
    #expect((object["cells"] as? String)?.count == 4096 / cellPages)
  }

  @Test func drawsARegionThatNoMachineHasTheMemoryFor() throws {
    let outcome = try Tool.run(["map", "--region", "1T", "--json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try jsonObject(outcome.output)["pages"] as? Int == 1 << 28)
  }

  @Test(
    arguments: [
      ("--order", "-1", "an order is 0 or more, not -1"),
      ("--order", "63", "no block of order 63 is free; the largest one has order "),
      ("--order", "64", "no block of order 64 is free; the largest one has order "),
      ("--largest-order", "36", "Give --largest-order a number from 0 to 35"),
      ("--largest-order", "-1", "invalid largest order: order -1"),
      ("--largest-order", "63", "invalid largest order: order 63"),
      ("--largest-order", "64", "invalid largest order: order 64"),
      ("--region", "0", "invalid region size: 0 bytes"),
      ("--region", "-4096", "invalid region size: -4096 bytes"),
      ("--region", "4097", "invalid region size: 4097 bytes"),
      ("--region", "4E", "larger than the address space"),
    ])
  func refusesWhatCannotBe(option: String, value: String, text: String) throws {
    try expectFailure(["map", option, value], saying: text)
  }

  @Test func asksForOneBlockMore() throws {
    let outcome = try Tool.run(["map", "--order", "3"])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("the block asked for begins at page "))
  }

  @Test func showsTheNodeOfEachCell() throws {
    guard canPlaceMemory() else { return }
    let outcome = try Tool.run(["map", "--region", "16M", "--numa"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("the node of each cell: "))
    #expect(!outcome.output.contains("\u{1B}"), "no terminal, no colours")
    let rows = outcome.output.split(separator: "\n").filter { $0.hasPrefix("|") }
    #expect(rows.count == 32)
    #expect(rows.suffix(16).allSatisfy { !$0.contains(".") }, "every page is in memory")
  }

  @Test func aBoundRegionIsOnItsNode() throws {
    #if NUMA
      guard canPlaceMemory() else { return }
      let node = try #require(
        NUMATopology.current.nodes.last { $0.totalByteCount ?? 0 > 0 }
      ).node.number
      let object = try jsonObject(
        try Tool.run(["map", "--region", "8M", "--numa", "--numa-node", "\(node)", "--json"]).output
      )
      let nodes = try #require(object["nodes"] as? [String: Any])
      #expect(nodes["pages"] as? [String: Int] == ["\(node)": 2048])
      #expect(nodes["absent_pages"] as? Int == 0)
      #expect((nodes["cells"] as? [Int])?.allSatisfy { $0 == node } == true)
    #else
      try expectFailure(["map", "--numa", "--numa-node", "0"], saying: "NUMA unavailable")
    #endif
  }

  @Test func aNodeWithoutMemoryInItMakesNoSense() throws {
    try expectFailure(["map", "--numa-node", "0"], saying: "--numa-node is for --numa")
    try expectFailure(["map", "--numa", "--numa-node", "1000"], saying: refusal("no such node"))
  }
}
