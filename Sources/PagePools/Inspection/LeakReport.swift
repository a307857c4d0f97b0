// What is out, and whose it is: on demand, and when a pool's handle goes while pages are out.

internal import BuddyAllocator

/// The pages of a pool that are out at one instant, by who took them.
public struct LeakReport: Sendable {
  /// The pages that are out under one tag.
  public struct Entry: Hashable, Sendable {
    /// Who took them; ``AllocationTag/none`` where that is not known.
    public var tag: AllocationTag
    /// How many there are.
    public var pages: Int
    /// The milliseconds since the first of them was taken; nil where that is not known.
    public var oldestMilliseconds: Int?
    /// The milliseconds since the last of them was taken; nil where that is not known.
    public var newestMilliseconds: Int?
    /// The number of the page that was taken first, to look for; nil where that is not known.
    public var oldestPage: Int?

    init(tag: AllocationTag, pages: Int) {
      self.tag = tag
      self.pages = pages
    }
  }

  /// The tags with pages out, the one with the most first.
  public internal(set) var entries: [Entry] = []

  /// A report of nothing.
  public init() {}

  /// Whether no page is out.
  public var isEmpty: Bool { entries.isEmpty }

  /// All pages that are out.
  public var pages: Int { entries.reduce(0) { $0 + $1.pages } }
}

extension LeakReport: CustomStringConvertible {
  /// A line for each tag; "no pages are out" if there are none.
  public var description: String {
    guard !isEmpty else { return "no pages are out" }
    var text = "\(pages) page(s) are out"
    for entry in entries {
      text += "\n  \(entry.pages) page(s): \(entry.tag)"
      guard let oldest = entry.oldestMilliseconds, let newest = entry.newestMilliseconds,
        let page = entry.oldestPage
      else { continue }
      text += ", taken \(oldest) to \(newest) ms ago, page \(page) first"
    }
    return text
  }
}

extension PagePool {
  /// The pages that are out now, by tag and age. Pools that record no tags say how many there are.
  ///
  /// Pages that are in the hands of other threads at the moment are among them.
  ///
  /// - Complexity: O(pages) with the pool's lock held where tags are recorded and pages are out; else
  ///   as ``statistics``. Any thread.
  public var leakReport: LeakReport {
    guard reference.isOwnedByThisProcess else { return LeakReport() }
    guard reference.inspection.recordsTags else {
      return LeakReport(untaggedPages: statistics.allocatedPages)
    }
    return reference.withLock { LeakReport($0) }
  }

  /// Has `body` called when the pool's handle is gone and pages are still out; they live on. It is
  /// called once, on the thread that lets go of the handle, with no lock held, and must not refer to
  /// the pool. A second call replaces the first.
  ///
  /// - Complexity: O(1). Any thread.
  public func onLeak(_ body: @escaping @Sendable (LeakReport) -> Void) {
    guard reference.isOwnedByThisProcess else { return }
    reference.withLock { $0.onLeak = body }
  }
}

extension LeakReport {
  /// So many pages of whom nothing is known.
  init(untaggedPages pages: Int) {
    self.init()
    if pages > 0 { entries = [Entry(tag: .none, pages: pages)] }
  }

  /// What the books of a sealed pool say.
  init(_ state: borrowing PoolState) {
    self.init()
    guard let inspection = state.inspection, inspection.options.recordsTags,
      let notes = inspection.notes
    else {
      let usable = state.buddy.managedFrameCount - state.buddy.withheldFrameCount
      let guards = state.inspection?.guardPages ?? 0
      self = LeakReport(
        untaggedPages: usable - state.buddy.freeFrameCount - state.trimming.pagesOut - guards)
      return
    }
    var found: [Int: Entry] = [:]
    for (site, pages) in inspection.pagesOut.enumerated() where pages > 0 {
      found[site] = Entry(tag: inspection.sites[site], pages: pages)
    }
    guard !found.isEmpty else { return }
    let now = Int(inspection.time)
    for frame in 0..<state.buddy.managedFrameCount where notes[frame].isOut {
      let note = notes[frame]
      let age = now - Int(note.time)
      if found[note.site]?.oldestMilliseconds.map({ age > $0 }) ?? true {
        found[note.site]?.oldestMilliseconds = age
        found[note.site]?.oldestPage = frame
      }
      if found[note.site]?.newestMilliseconds.map({ age < $0 }) ?? true {
        found[note.site]?.newestMilliseconds = age
      }
    }
    entries = found.sorted { ($1.value.pages, $0.key) < ($0.value.pages, $1.key) }.map { $0.value }
  }
}
