// What a twin model knows of one pool: for each page how many owners have it or a part of it, whose
// account it is on, and what each byte of it must hold.

import PagePools

/// The pages of one pool.
@safe
final class FrameMap {
  let pageCount: Int
  let largestOrder: Int
  private(set) var managed: Int
  /// Owners of each page or of parts of it.
  private var owners: [Int]
  /// The client on whose account each page is.
  private var clientOf: [ClientModel?]
  private(set) var pagesOut = 0
  /// What each byte holds that somebody owns.
  private let contents: UnsafeMutableRawBufferPointer

  init(pages: Int, managed: Int, largestOrder: Int) {
    pageCount = pages
    self.managed = managed
    self.largestOrder = largestOrder
    owners = Array(repeating: 0, count: pages)
    clientOf = Array(repeating: nil, count: pages)
    unsafe contents = .allocate(byteCount: pages * 4096, alignment: 4096)
  }

  deinit { unsafe contents.deallocate() }

  var freePages: Int { managed - pagesOut }

  func isFree(_ frames: Range<Int>) -> Bool {
    frames.upperBound <= managed && owners[frames].allSatisfy { $0 == 0 }
  }

  /// The order of the largest aligned block that is free, by looking at every page.
  var largestFreeOrder: Int? {
    var largest: Int?
    var frame = 0
    while frame < managed {
      guard owners[frame] == 0 else {
        frame += 1
        continue
      }
      var order = 0
      while order < largestOrder, frame & (2 << order - 1) == 0,
        isFree(frame..<frame + 2 << order)
      {
        order += 1
      }
      largest = max(largest ?? 0, order)
      frame += 1 << order
    }
    return largest
  }

  func extend(to count: Int) { managed = max(managed, count) }

  /// Pages have their first owner.
  func grant(_ frames: Range<Int>, to client: ClientModel?) {
    for frame in frames {
      owners[frame] = 1
      clientOf[frame] = client
    }
    pagesOut += frames.count
    client?.pagesOut += frames.count
  }

  /// Pages have one owner more.
  func retain(_ frames: Range<Int>) { for frame in frames { owners[frame] += 1 } }

  /// Pages have one owner less; those that have none are free.
  func release(_ frames: Range<Int>) {
    for frame in frames {
      owners[frame] -= 1
      guard owners[frame] == 0 else { continue }
      pagesOut -= 1
      clientOf[frame]?.pagesOut -= 1
      clientOf[frame] = nil
    }
  }

  /// The client on whose account a page is.
  func client(of frame: Int) -> ClientModel? { clientOf[frame] }

  /// Pages will not come back through the account that they are on, and stay on it.
  func disown(_ frames: Range<Int>) { for frame in frames { clientOf[frame] = nil } }

  func hasOwner(_ frame: Int) -> Bool { owners[frame] > 0 }

  /// What bytes must hold.
  @unsafe
  func expected(_ bytes: Range<Int>) -> UnsafeMutableRawBufferPointer {
    // In bounds, or it traps here.
    unsafe UnsafeMutableRawBufferPointer(rebasing: contents[bytes])
  }
}

/// What a twin model knows of a client with a view of its own.
final class ClientModel {
  let limit: Int
  let reserve: Int
  var pagesOut = 0

  init(limit: Int, reserve: Int) {
    self.limit = limit
    self.reserve = reserve
  }

  var unmetReserve: Int { max(0, reserve - pagesOut) }
}
