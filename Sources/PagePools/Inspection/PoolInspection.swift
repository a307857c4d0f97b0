// What a pool looks after besides serving. All of it is chosen when the pool is opened, costs nothing
// where it is not chosen, and has one price where it is: an inspected pool has no caches, so that each
// request passes the one place under its lock where pages are accounted for.

/// What a pool records and checks of the pages that it hands out.
public struct PoolInspection: Hashable, Sendable {
  /// Whether each page's tag, and the time when it was taken, are kept for ``LeakReport``: 8 bytes
  /// for each page, of which only what is used is touched.
  public var recordsTags = false
  /// Whether pages are cleared when they come back, not when they are handed out: what their owner
  /// left in them is gone at once.
  public var wipesOnFree = false
  /// Whether free pages are filled with a pattern, which is looked at when they are handed out again:
  /// a write to a page that was given back ends the process with a sentence that says where.
  public var poisonsFreePages = false
  /// Up to how many pages that came back are kept from being handed out, the longest out of use first
  /// to go: a write through a stale address then meets the pattern, not the next owner's bytes. They
  /// are free pages still: no request fails while some are kept, since all of them go to the buddy
  /// first.
  public var quarantinedPages = 0
  /// Whether an inaccessible page is put behind each run, where the region can do that and there is
  /// room for it: who runs over the end is ended by the kernel at that instruction. Where the region
  /// cannot, a page with a pattern takes its place, which is looked at when the run comes back.
  public var guardsRuns = false

  /// Nothing is inspected.
  public init() {}

  /// Everything that finds a program's mistakes: tags, poison, guards, and so many pages in
  /// quarantine.
  public static func debugging(quarantinedPages: Int = 1024) -> PoolInspection {
    var inspection = PoolInspection()
    inspection.recordsTags = true
    inspection.poisonsFreePages = true
    inspection.quarantinedPages = quarantinedPages
    inspection.guardsRuns = true
    return inspection
  }

  /// Whether there is anything to look after.
  public var isNeeded: Bool { self != PoolInspection() }

  /// Whether something has to be remembered of each page, in ``PoolMemory/frameNotes``.
  public var needsNotes: Bool {
    recordsTags || poisonsFreePages || guardsRuns || quarantinedPages > 0
  }
}
