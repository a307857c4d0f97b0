import Testing
import iopages

@Suite struct ReplayPlannerTests {
  private func plan(
    _ lines: [String], assignment: LaneAssignment = .one, interval: Int = 1000
  ) throws(TraceError) -> ReplayPlan {
    let text = Array(lines.joined(separator: "\n").utf8)
    return try ReplayPlanner.plan(
      TraceParser.events(in: text), assignment: assignment, interval: interval)
  }

  @Test func slotsAreUsedAgainInALaterWindow() throws {
    let lines = ["a 0 0 70 0 0", "a 0 1 80 0 2", "f 0 0 70", "a 0 0 90 0 4", "f 0 1 80"]
    // All in one window but for the mark at the peak, after the second and after the fourth event.
    let plan = try plan(lines)
    #expect(plan.lanes.count == 1)
    #expect(plan.lanes[0].steps.map(\.isAllocation) == [true, true, false, true, false])
    #expect(plan.lanes[0].steps.map(\.order) == [0, 1, 0, 0, 1])
    #expect(plan.lanes[0].steps.map(\.slot) == [0, 1, 0, 2, 1])
    #expect(plan.slotCount == 3)
    #expect(plan.handoverCount == 0)

    let windows = try self.plan(lines, interval: 1)
    #expect(windows.lanes[0].steps.map(\.slot) == [0, 1, 0, 0, 1])
    #expect(windows.slotCount == 2)
    #expect(windows.lanes[0].windowEnds == [1, 2, 3, 4, 5])
  }

  @Test func aNameMayBeUsedAgain() throws {
    let plan = try plan(["a 0 0 7 0 0", "f 0 0 7", "a 0 2 7 0 4", "f 0 2 7"])
    #expect(plan.peakPageCount == 4)
    #expect(plan.eventCount == 4)
  }

  @Test func marksCountPagesAndRecordedBlocks() throws {
    let plan = try plan(
      [
        "a 0 9 1 0 512",  // one 2 MiB block
        "a 0 0 2 0 100",  // a page in another
        "a 0 0 3 0 101",  // its neighbour
        "a 0 10 4 0 2048",  // two more: the peak
        "f 0 0 2", "f 0 9 1", "f 0 10 4",
      ], interval: 2)
    #expect(plan.marks.map(\.eventCount) == [2, 4, 6, 7])
    #expect(plan.marks.map(\.livePageCount) == [513, 1538, 1025, 1])
    #expect(plan.marks.map(\.recordedBlockCount) == [2, 4, 3, 1])
    #expect(plan.marks.map(\.minimalBlockCount) == [2, 4, 3, 1])
    #expect(plan.peak == 1)
    #expect(plan.peakPageCount == 1538)
  }

  @Test func thePeakIsAMarkOfItsOwn() throws {
    let plan = try plan(["a 0 0 1 0 0", "a 0 0 2 0 1", "f 0 0 1", "a 0 0 3 0 2", "f 0 0 2"])
    #expect(plan.marks.map(\.eventCount) == [2, 5])
    #expect(plan.peak == 0, "the first of two equal ones")
  }

  @Test func eachRecordedProcessorHasALane() throws {
    let plan = try plan(
      [
        "a 5 0 1 0 0", "a 2 0 2 0 1", "f 5 0 2", "a 5 1 3 0 2",  // the peak: a window ends
        "f 2 0 1", "f 5 1 3",
      ], assignment: .recorded, interval: 4)
    #expect(plan.lanes.count == 2)
    #expect(plan.lanes[0].steps.map(\.slot) == [1, 0], "processor 2")
    #expect(plan.lanes[1].steps.map(\.slot) == [0, 1, 2, 2], "processor 5")
    // Only the free within the window of its allocation waits for it.
    #expect(plan.handoverCount == 1)
    #expect(plan.lanes[0].steps.map(\.handover) == [0, -1])
    #expect(plan.lanes[1].steps.map(\.handover) == [-1, 0, -1, -1])
    for lane in plan.lanes { #expect(lane.windowEnds.count == plan.marks.count) }
  }

  @Test(
    arguments: [
      (["a 0 0 1 0 0", "a 0 0 1 0 1"], 2, "allocation 1 is live already"),
      (["a 0 0 1 0 0", "f 0 0 2"], 2, "there is no live allocation 2 to free"),
      (["a 0 0 1 0 0", "f 0 0 1", "f 0 0 1"], 3, "there is no live allocation 1 to free"),
      (["a 0 3 1 0 0", "f 0 2 1"], 2, "allocation 1 has order 3 and is freed as order 2"),
    ] as [([String], Int, String)])
  func whatNoAllocatorLivesThroughIsRefused(lines: [String], line: Int, reason: String) {
    #expect(throws: TraceError(line: line, reason)) { try plan(lines) }
  }

  @Test func aTraceNeedsAnEvent() {
    #expect(throws: TraceError(line: nil, "the trace has no event")) { try plan([]) }
  }

  @Test func theShortTraceIsAsAnotherProgramCountedIt() throws {
    let events = try TraceParser.events(in: TraceFile.text(at: ShortTrace.path))
    #expect(events.count == ShortTrace.eventCount)
    let plan = try ReplayPlanner.plan(events, assignment: .recorded, interval: 1000)
    #expect(plan.lanes.map(\.steps.count).reduce(0, +) == ShortTrace.eventCount)
    #expect(plan.peakPageCount == ShortTrace.peakPageCount)
    #expect(plan.marks[plan.peak].minimalBlockCount == ShortTrace.minimalBlockCount)
    #expect(plan.marks[plan.peak].recordedBlockCount == ShortTrace.linuxBlockCount)
    #expect(plan.slotCount < ShortTrace.eventCount)
    #expect(plan.handoverCount == ShortTrace.handoverCount)
  }
}
