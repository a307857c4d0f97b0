import IOPageCore
import IOPages
import MemoryTestSupport
import PagePools

/// Pages that the twin's client has.
final class HeldPage {
  var page: IOPage?
  let pool: Int
  let map: FrameMap
  let frames: Range<Int>

  init(_ page: consuming IOPage, pool: Int, map: FrameMap) {
    let first = page.pageNumber
    frames = first..<first + page.pageCount
    self.page = consume page
    self.pool = pool
    self.map = map
  }

  var bytes: Range<Int> { frames.lowerBound << 12..<frames.upperBound << 12 }
}

/// Pages that are out as a plain address.
@safe
struct ReleasedPages {
  let bytes: UnsafeMutableRawBufferPointer
  let pool: Int
  let frames: Range<Int>
}

/// A client's view of one of the pools.
struct View {
  let pool: LimitedPool
  let index: Int
  let client: ClientModel
}

/// Pages that a reclaimer gives back, one run a call. It is called on the thread of the test.
final class Stash: @unchecked Sendable {
  var pages: [HeldPage] = []

  /// Drops one run. Returns its pages; 0 if there is none.
  func giveOne() -> Int {
    guard let page = pages.popLast() else { return 0 }
    page.page = nil
    page.map.release(page.frames)
    return page.frames.count
  }
}
