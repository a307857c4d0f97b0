// What a thread holds, in one of the forms that pages can have, with the cookie that is written into
// it and the name of who took it. A block goes from thread to thread as one reference.

import IOPages
import Synchronization

/// Pages that are out, and what is known of them.
@safe
final class StressBlock: @unchecked Sendable {
  // Sendable: one thread has a block at a time.

  /// The forms.
  enum Contents: ~Copyable {
    case page(IOPage)
    case singles(UniqueArray<IOPage>)
    case buffer(PageBuffer)
    case slice(SharedPageBuffer, FrozenLot)
    case nothing
  }

  private(set) var contents: Contents
  let cookie: BlockCookie
  let owner: StressOwner

  init(_ contents: consuming Contents, cookie: BlockCookie, owner: StressOwner) {
    self.contents = contents
    self.cookie = cookie
    self.owner = owner
  }

  /// Takes the pages out of the block, which has none afterwards.
  func takeContents() -> Contents {
    var taken = Contents.nothing
    swap(&taken, &contents)
    return taken
  }

  /// Puts pages into a block that has none.
  func put(_ new: consuming Contents) {
    contents = new
  }

  /// Calls `body` for the bytes of each run.
  func withEachRun(
    _ body: (UnsafeMutableRawBufferPointer) throws(StressFault) -> Void
  ) throws(StressFault) {
    switch contents {
    case .page(let page):
      // The block owns the pages, and this thread has the block; so with the others.
      try unsafe body(.init(start: page.baseAddress, count: page.byteCount))
    case .singles(let pages):
      for index in 0..<pages.count {
        try unsafe body(.init(start: pages[index].baseAddress, count: pages[index].byteCount))
      }
    case .buffer(let buffer):
      guard !buffer.isEmpty else { return }
      try unsafe body(.init(start: buffer.baseAddress, count: buffer.count))
    case .slice(let slice, _):
      guard !slice.isEmpty else { return }
      // Only read: what is frozen is written to before.
      try unsafe slice.withUnsafeBytes { (bytes) throws(StressFault) in
        try unsafe body(UnsafeMutableRawBufferPointer(mutating: bytes))
      }
    case .nothing: return
    }
  }

  /// What it is a slice of, if it is one.
  var frozenLot: FrozenLot? {
    switch contents {
    case .slice(_, let lot): lot
    default: nil
    }
  }

  /// The addresses of each run.
  var runs: [Range<UInt>] {
    var runs: [Range<UInt>] = []
    do throws(StressFault) {
      // Only numbers are taken.
      try unsafe withEachRun { (bytes) throws(StressFault) in
        let start = UInt(bitPattern: bytes.baseAddress)
        runs.append(start..<start + UInt(bytes.count))
      }
    } catch {}
    return runs
  }

  /// What the block is, in words.
  func description(in map: PageMap) -> String {
    let kind =
      switch contents {
      case .page: "run"
      case .singles: "single pages"
      case .buffer: "buffer"
      case .slice: "shared slice"
      case .nothing: "block without pages"
      }
    let runs = runs
    let byteCount = runs.reduce(0) { $0 + $1.count }
    var place = "outside of the pool"
    do throws(StressFault) {
      if let run = runs.first { place = "from page \(try map.pages(run).lowerBound)" }
    } catch {}
    return "\(kind) of \(byteCount) bytes \(place), taken by \(owner)"
  }
}

/// A buffer that was frozen, of which several threads may have slices. Its pages go back with the
/// last slice that is dropped. So each slice is counted twice: as long as it is not about to be
/// dropped, and as long as it is not dropped.
final class FrozenLot: Sendable {
  let pages: Range<Int>
  private let slices: Atomic<Int>
  private let undropped: Atomic<Int>

  init(pages: Range<Int>, sliceCount: Int) {
    self.pages = pages
    slices = Atomic(sliceCount)
    undropped = Atomic(sliceCount)
  }

  /// Counts a slice that is about to be dropped; true for the last one.
  func begin() -> Bool { slices.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 }

  /// Counts a slice that was dropped; true for the last one.
  func end() -> Bool { undropped.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 }
}
