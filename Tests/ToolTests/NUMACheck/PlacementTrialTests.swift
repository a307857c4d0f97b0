import IOPages
import MemoryRegions
import SystemPackage
import Testing
import iopages

@Suite struct PlacementTrialTests {
  @Test func pagesOnTheNodeHoldAndOthersFail() {
    let onNode = [NUMANode?](repeating: 1, count: 3)
    #expect(PlacementTrial.verdict(.only([1]), pageNodes: onNode) == .holds([1: 3]))
    #expect(
      PlacementTrial.verdict(.only([1]), pageNodes: onNode + [0])
        == .fails("1 of 4 pages are elsewhere: 1 on node 0"))
    // Swapped out since.
    #expect(
      PlacementTrial.verdict(.only([1]), pageNodes: onNode + [nil])
        == .unknown("1 of 4 pages are not in memory"))
  }

  @Test func pagesThatHadNoRoomToMoveToAreNoFailure() {
    let stayed: [NUMANode?] = [1, 1, 0, 0]
    #expect(
      PlacementTrial.verdict(.only([1]), pageNodes: stayed, unmoved: .noMemory)
        == .unknown("2 of 4 pages are elsewhere: 2 on node 0; no room to move them to"))
    #expect(
      PlacementTrial.verdict(.only([1]), pageNodes: stayed, unmoved: .resourceBusy)
        == .fails("2 of 4 pages are elsewhere: 2 on node 0"))
    #expect(PlacementTrial.verdict(.only([1]), pageNodes: [1], unmoved: nil) == .holds([1: 1]))
  }

  @Test(
    arguments: [
      (.numaUnavailable, nil, "unavailable"), (.nodeNotAllowed, nil, "unavailable"),
      (.placementRefused, .notPermitted, "unavailable"),
      (.policyUnsupported, .invalidArgument, "unavailable"),
      (.placementNotMet, .ioError, "fails"), (.placementNotMet, nil, "fails"),
      (.placementNotMet, .noMemory, "unknown"), (.noSuchNode, nil, "fails"),
      (.notEnoughMemory, nil, "unknown"), (.notEnoughMemoryOnNodes, nil, "unknown"),
      (.reservationRefused, .noMemory, "unknown"), (.largerThanAddressSpace, nil, "unknown"),
      (.commitRefused, .noMemory, "unknown"), (.populationRefused, .noMemory, "unknown"),
    ] as [(RegionError.Kind, Errno?, String)])
  func whatIsRefusedIsTold(kind: RegionError.Kind, errno: Errno?, verdict: String) {
    let error = RegionError(kind, errno: errno)
    let expected: PlacementTrial.Verdict =
      switch verdict {
      case "unavailable": .unavailable("\(error)")
      case "unknown": .unknown("\(error)")
      default: .fails("\(error)")
      }
    #expect(PlacementTrial.verdict(error) == expected)
  }

  @Test func whereNothingMayBeMovedPagesElsewhereAreNoFailure() {
    let refused = RegionError(.placementNotMet, call: "move_pages", errno: .notPermitted)
    #expect(PlacementTrial.verdict(refused) == .unavailable("\(refused)"))
  }

  @Test(
    arguments: [
      (.local, true), (.preferred(1), true), (.preferredMany(1), true),
      (.preferredMany(0, 1).homeNode(1), true), (.interleave(over: 0, 1), true),
      (.weightedInterleave(over: 0, 1), true), (.bind(to: 1), false),
    ] as [(Placement, Bool)])
  func whereANodeMayHaveBeenFullOnlyABindFails(placement: Placement, maySpill: Bool) {
    let trial = PlacementTrial("policy", placement, promise: .only([1]))
    let fails = PlacementTrial.Verdict.fails("1 page is elsewhere")
    #expect(
      trial.judged(fails, shortage: [1])
        == (maySpill ? .unknown("1 page is elsewhere; node 1 may have been full") : fails))
    #expect(trial.judged(fails, shortage: []) == fails)
    #expect(trial.judged(.holds([1: 1]), shortage: [1]) == .holds([1: 1]))
    #expect(trial.judged(.unavailable("no"), shortage: [1]) == .unavailable("no"))
  }
}
