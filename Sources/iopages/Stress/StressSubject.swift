// What is stressed. A protocol, so that a test can put a pool that is wrong on purpose in its place,
// and see that it is found out.

import IOPages
import PagePools

/// Something that hands out pages and takes them back, used by several threads.
protocol StressSubject: Sendable {
  /// Where its pages lie.
  var spans: [PageSpan] { get }
  /// The figures of each of its pools.
  var statistics: [PoolStatistics] { get }

  /// Takes what is asked for. `draw` is a random number, for what the subject itself may choose.
  func allocate(order: Int, contents: PageContents, draw: UInt64) throws(OutOfMemory) -> IOPage
  func allocate(pages: Int, contents: PageContents, draw: UInt64) throws(OutOfMemory) -> IOPage
  func allocate(
    singlePages count: Int, into pages: inout UniqueArray<IOPage>, contents: PageContents,
    draw: UInt64
  ) throws(OutOfMemory)

  /// Gives pages back.
  func free(_ page: consuming IOPage)
  func free(_ pages: inout UniqueArray<IOPage>)

  /// Gives the memory of free pages back, and returns of how many.
  func trim(draw: UInt64) throws(RegionError) -> Int
  /// Empties the caches.
  func drainCaches()
  /// The pages that are out, of each of its pools.
  var leakReports: [LeakReport] { get }
  /// What its pools look after.
  var inspection: PoolInspection { get }
  /// Walks the books.
  func checkInvariants() throws(StressFault)
}

extension StressSubject {
  func free(_ page: consuming IOPage) { _ = consume page }

  /// Whether pages are zero whatever was asked for: each is cleared when it comes back.
  var clearsAll: Bool {
    inspection.wipesOnFree && !inspection.poisonsFreePages && !inspection.guardsRuns
  }
}
