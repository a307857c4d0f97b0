// What the lock of an inspected pool guards besides: who has which pages, and which pages that came
// back are not to be handed out yet.

internal import BuddyAllocator

/// The books of an inspected pool. All of it is used with the pool's lock held.
final class Inspection {
  let options: PoolInspection
  /// What is remembered of each frame; nil where nothing has to be.
  let notes: FrameNotes?
  /// The tags that pages were taken for, each once. The first is nobody's.
  private(set) var sites: [AllocationTag] = [.none]
  private var siteNumbers: [AllocationTag: Int] = [.none: 0]
  /// The pages that are out for each of these tags.
  private(set) var pagesOut = [0]
  /// The pages that are guards at the moment.
  var guardPages = 0
  /// The runs that have no inaccessible page behind them, for want of room or of the kernel's help.
  var unguardedRuns = 0
  var quarantine = Quarantine()
  private let openingTime = Platform.milliseconds

  /// The books that `memory` asks for; nil if it asks for none.
  ///
  /// - Precondition: `memory` is as ``PoolMemory`` says.
  @unsafe
  init?(_ memory: PoolMemory) {
    options = unsafe memory.inspection
    guard options.isNeeded else { return nil }
    notes = unsafe memory.notes
  }

  /// Milliseconds since the pool was opened.
  var time: UInt32 { UInt32(clamping: Platform.milliseconds &- openingTime) }

  /// Records that a client has pages from now on.
  func take(_ frames: Range<Int>, _ tag: AllocationTag) {
    guard let notes else { return }
    let site = options.recordsTags ? number(of: tag) : 0
    let now = options.recordsTags ? time : 0
    for frame in frames {
      var note = FrameNote()
      note.time = now
      note.site = site
      note.isOut = true
      notes[frame] = note
    }
    pagesOut[site] += frames.count
  }

  /// Records that a client has pages no more.
  ///
  /// - Returns: whether it had all of them; if not, nothing has changed.
  func giveBack(_ frames: Range<Int>) -> Bool {
    guard let notes else { return true }
    guard frames.upperBound <= notes.frameCount, !frames.contains(where: { !notes[$0].isOut })
    else { return false }
    let now = options.recordsTags ? time : 0
    for frame in frames {
      var note = notes[frame]
      pagesOut[note.site] -= 1
      note.isOut = false
      note.time = now
      note.isPoisoned = options.poisonsFreePages
      notes[frame] = note
    }
    return true
  }

  /// Records that the pattern is gone from free pages, whose memory was given back.
  func forgetPoison(of frames: Range<Int>) {
    guard let notes, options.poisonsFreePages else { return }
    for frame in frames where notes[frame].isPoisoned { notes[frame].isPoisoned = false }
  }

  private func number(of tag: AllocationTag) -> Int {
    if let known = siteNumbers[tag] { return known }
    // So many tags are numbers that are used up; what they say is not worth the memory.
    guard sites.count < FrameNote.siteLimit else { return 0 }
    siteNumbers[tag] = sites.count
    sites.append(tag)
    pagesOut.append(0)
    return sites.count - 1
  }
}
