// What is to be done, worked out before the clock starts: who does which step, in which slot the
// block is kept, and what can be known without doing it.
//
// The events are dealt out to *lanes*, each of which is run by one thread: all to one lane, or
// those of each recorded processor to a lane of their own. A lane keeps the order of its events.
// Between lanes two things are kept:
//
//   windows    All lanes finish a window, a few hundred events of the trace, before any begins the
//              next one. So no lane runs far ahead of what was recorded, and at the end of a window
//              just those blocks are live that were live at that event.
//   handovers  A block that one lane frees within the window in which another allocated it: the
//              free waits for the allocation.
//
// Slots are numbered anew and used again, so that the pages that are live lie in a small table. A
// slot that is free in one window is used again in a later one, which needs no handover.

/// The steps of a replay.
package struct ReplayPlan: Sendable {
  /// One request.
  package struct Step: Sendable {
    package var slot: Int32
    /// The number of the handover that this step makes (an allocation) or waits for (a free);
    /// -1 for none.
    package var handover: Int32
    package var order: UInt8
    package var isAllocation: Bool
  }

  /// What one thread does.
  package struct Lane: Sendable {
    package var steps: [Step] = []
    /// For each window the index behind its last step.
    package var windowEnds: [Int] = []
  }

  /// What is known of the instant at the end of a window.
  package struct Mark: Equatable, Sendable {
    /// The number of events until then.
    package let eventCount: Int
    package let livePageCount: Int
    /// The number of 2 MiB blocks that held a live page where the trace was recorded.
    package let recordedBlockCount: Int

    package init(eventCount: Int, livePageCount: Int, recordedBlockCount: Int) {
      self.eventCount = eventCount
      self.livePageCount = livePageCount
      self.recordedBlockCount = recordedBlockCount
    }

    /// The least number of 2 MiB blocks that the live pages fit into.
    package var minimalBlockCount: Int {
      (livePageCount + HugeBlock.pageCount - 1) >> HugeBlock.order
    }
  }

  package internal(set) var lanes: [Lane]
  /// One for each window; the last one is the end of the trace.
  package internal(set) var marks: [Mark] = []
  /// The index of the mark at which most pages are live, the first if there are several.
  package internal(set) var peak = 0
  package internal(set) var slotCount = 0
  package internal(set) var handoverCount = 0

  package var eventCount: Int { marks.last?.eventCount ?? 0 }
  package var peakPageCount: Int { marks[peak].livePageCount }
}

/// A block of 2 MiB: what a huge page is, and what is pinned as long as one page in it is live.
package enum HugeBlock {
  package static let order = 9
  package static let pageCount = 1 << order

  /// The numbers of the blocks that the pages are in.
  package static func numbers(of pages: Range<Int>) -> ClosedRange<Int> {
    pages.lowerBound >> order...(pages.upperBound - 1) >> order
  }
}

/// Who replays a trace.
package enum LaneAssignment: String, CaseIterable, Sendable {
  /// One thread replays all of it.
  case one
  /// One thread for each processor of the recorded machine.
  case recorded
}
