// From events to a plan, in one pass with the trace's own life in mind: which blocks are live, who
// allocated them, and where Linux had put them.

/// Works out a ``ReplayPlan``.
package struct ReplayPlanner {
  /// A block that is live at the current event.
  private struct LiveBlock {
    let order: Int
    let frame: UInt64
    let slot: Int32
    let window: Int
    let lane: Int
    /// The index of its allocation in the lane.
    let step: Int
  }

  private let events: [TraceEvent]
  private let laneOfProcessor: [Int: Int]
  private var plan: ReplayPlan
  private var live: [UInt64: LiveBlock] = [:]
  private var livePageCount = 0
  private var recorded = RecordedBlocks()
  private var freeSlots: [Int32] = []
  private var slotsOfThisWindow: [Int32] = []

  private init(_ events: [TraceEvent], assignment: LaneAssignment) {
    self.events = events
    let processors =
      switch assignment {
      case .one: [Int]()
      case .recorded: Set(events.map(\.processor)).sorted()
      }
    laneOfProcessor = Dictionary(
      uniqueKeysWithValues: processors.enumerated().map { ($0.element, $0.offset) })
    plan = ReplayPlan(lanes: Array(repeating: .init(), count: max(1, processors.count)))
  }

  /// The plan for a trace, with a mark every `interval` events, at the peak and at the end.
  ///
  /// - Throws: ``TraceError`` if the trace is no possible life of an allocator.
  package static func plan(
    _ events: [TraceEvent], assignment: LaneAssignment, interval: Int
  ) throws(TraceError) -> ReplayPlan {
    guard !events.isEmpty else { throw TraceError(line: nil, "the trace has no event") }
    var planner = ReplayPlanner(events, assignment: assignment)
    let peak = peakIndex(of: events)
    for index in events.indices {
      try planner.add(index)
      if index == peak || (index + 1).isMultiple(of: interval) || index == events.count - 1 {
        planner.endWindow(after: index)
        if index == peak { planner.plan.peak = planner.plan.marks.count - 1 }
      }
    }
    return planner.plan
  }

  /// The index of the event after which most pages are live.
  private static func peakIndex(of events: [TraceEvent]) -> Int {
    var live = 0
    var most = 0
    var peak = 0
    for (index, event) in events.enumerated() {
      live += event.kind == .allocation ? 1 << event.order : -(1 << event.order)
      if live > most { (most, peak) = (live, index) }
    }
    return peak
  }

  private mutating func add(_ index: Int) throws(TraceError) {
    let event = events[index]
    let lane = laneOfProcessor[event.processor] ?? 0
    switch event.kind {
    case .allocation: try addAllocation(event, lane: lane, line: index + 1)
    case .free: try addFree(event, lane: lane, line: index + 1)
    }
  }

  private mutating func addAllocation(
    _ event: TraceEvent, lane: Int, line: Int
  ) throws(TraceError) {
    let slot: Int32
    if let free = freeSlots.popLast() {
      slot = free
    } else {
      slot = Int32(plan.slotCount)
      plan.slotCount += 1
    }
    let block = LiveBlock(
      order: event.order, frame: event.frame, slot: slot, window: plan.marks.count, lane: lane,
      step: plan.lanes[lane].steps.count)
    guard live.updateValue(block, forKey: event.block) == nil else {
      throw TraceError(line: line, "allocation \(event.block) is live already")
    }
    livePageCount += 1 << event.order
    recorded.add(event.frame, order: event.order)
    plan.lanes[lane].steps.append(
      .init(slot: slot, handover: -1, order: UInt8(event.order), isAllocation: true))
  }

  private mutating func addFree(_ event: TraceEvent, lane: Int, line: Int) throws(TraceError) {
    guard let block = live.removeValue(forKey: event.block) else {
      throw TraceError(line: line, "there is no live allocation \(event.block) to free")
    }
    guard block.order == event.order else {
      throw TraceError(
        line: line,
        "allocation \(event.block) has order \(block.order) and is freed as order \(event.order)")
    }
    livePageCount -= 1 << event.order
    recorded.remove(block.frame, order: block.order)
    slotsOfThisWindow.append(block.slot)
    var handover: Int32 = -1
    if block.lane != lane, block.window == plan.marks.count {
      handover = Int32(plan.handoverCount)
      plan.handoverCount += 1
      plan.lanes[block.lane].steps[block.step].handover = handover
    }
    plan.lanes[lane].steps.append(
      .init(slot: block.slot, handover: handover, order: UInt8(event.order), isAllocation: false))
  }

  private mutating func endWindow(after index: Int) {
    for lane in plan.lanes.indices {
      plan.lanes[lane].windowEnds.append(plan.lanes[lane].steps.count)
    }
    plan.marks.append(
      .init(
        eventCount: index + 1, livePageCount: livePageCount, recordedBlockCount: recorded.count))
    freeSlots += slotsOfThisWindow
    slotsOfThisWindow.removeAll(keepingCapacity: true)
  }
}

/// The 2 MiB blocks that hold a live page, by the page frames of the trace.
private struct RecordedBlocks {
  /// For each block the number of allocations that reach into it.
  private var uses: [Int: Int] = [:]

  var count: Int { uses.count }

  mutating func add(_ frame: UInt64, order: Int) {
    for block in Self.blocks(frame, order) { uses[block, default: 0] += 1 }
  }

  mutating func remove(_ frame: UInt64, order: Int) {
    for block in Self.blocks(frame, order) {
      uses[block, default: 1] -= 1
      if uses[block] == 0 { uses[block] = nil }
    }
  }

  private static func blocks(_ frame: UInt64, _ order: Int) -> ClosedRange<Int> {
    let first = Int(frame)
    return HugeBlock.numbers(of: first..<first + 1 << order)
  }
}
