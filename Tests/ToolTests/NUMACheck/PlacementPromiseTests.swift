import IOPages
import Testing
import iopages

@Suite struct PlacementPromiseTests {
  @Test(
    arguments: [
      ([1: 1024], nil),
      ([1: 512, 3: 512], nil),
      ([1: 1024, 0: 0], nil),
      ([1: 1000, 0: 20, 2: 4], "24 of 1024 pages are elsewhere: 20 on node 0, 4 on node 2"),
      ([1: 1000], "24 of 1024 pages are not in memory"),
      ([:], "1024 of 1024 pages are not in memory"),
    ] as [([Int: Int], String?)])
  func onlyTheseNodes(found: [Int: Int], breach: String?) {
    #expect(PlacementPromise.only([1, 3]).breach(byNode(found), pageCount: 1024) == breach)
  }

  @Test(
    arguments: [
      ([0: 512, 2: 512], nil),
      // The turns may begin and end anywhere.
      ([0: 513, 2: 511], nil),
      ([0: 514, 2: 510], "514 of 1024 pages are on node 0, and not about 512"),
      ([0: 1024], "1024 of 1024 pages are on node 0, and not about 512"),
      ([0: 512, 1: 1, 2: 511], "1 of 1024 pages are elsewhere: 1 on node 1"),
    ] as [([Int: Int], String?)])
  func inTurn(found: [Int: Int], breach: String?) {
    #expect(
      PlacementPromise.shares([0: 1, 2: 1]).breach(byNode(found), pageCount: 1024) == breach)
  }

  @Test(
    arguments: [
      ([0: 768, 1: 256], nil),
      ([0: 771, 1: 253], "253 of 1024 pages are on node 1, and not about 256"),
      ([0: 512, 1: 512], "512 of 1024 pages are on node 0, and not about 768"),
    ] as [([Int: Int], String?)])
  func byWeight(found: [Int: Int], breach: String?) {
    #expect(
      PlacementPromise.shares([0: 3, 1: 1]).breach(byNode(found), pageCount: 1024) == breach)
  }

  @Test func countsAreToldByNode() {
    #expect(pagesText([3: 1, 0: 1023, 1: 0]) == "1023 on node 0, 1 on node 3")
  }

  private func byNode(_ counts: [Int: Int]) -> [NUMANode: Int] {
    Dictionary(uniqueKeysWithValues: counts.map { (NUMANode($0.key), $0.value) })
  }
}
