import IOPages
import MemoryRegions
import Testing
import iopages

@Suite struct PlacementTrialTests {
  @Test func pagesOnTheNodeHoldAndOthersFail() {
    let onNode = [NUMANode?](repeating: 1, count: 3)
    #expect(PlacementTrial.verdict(.only([1]), pageNodes: onNode) == .holds([1: 3]))
    #expect(
      PlacementTrial.verdict(.only([1]), pageNodes: onNode + [0])
        == .fails("1 of 4 pages are elsewhere: 1 on node 0"))
    #expect(
      PlacementTrial.verdict(.only([1]), pageNodes: onNode + [nil])
        == .fails("1 of 4 pages are not in memory"))
  }

  @Test(
    arguments: [
      (.numaUnavailable, "unavailable"), (.nodeNotAllowed, "unavailable"),
      (.placementRefused, "unavailable"), (.policyUnsupported, "unavailable"),
      (.notEnoughMemory, "unknown"),
      (.notEnoughMemoryOnNodes, "unknown"),
      (.placementNotMet, "fails"), (.noSuchNode, "fails"),
    ] as [(RegionError.Kind, String)])
  func whatIsRefusedIsTold(kind: RegionError.Kind, verdict: String) {
    let error = RegionError(kind)
    let expected: PlacementTrial.Verdict =
      switch verdict {
      case "unavailable": .unavailable("\(error)")
      case "unknown": .unknown("\(error)")
      default: .fails("\(error)")
      }
    #expect(PlacementTrial.verdict(error) == expected)
  }
}
