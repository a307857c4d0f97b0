// A thread that takes pages, writes to them and gives them back, and says in the log what it has.

import Glibc
import IOPages
import MemoryTestSupport

/// What a caller may do.
enum CallerOperation {
  case block(order: Int)
  case run(pages: Int)
  case singles(count: Int)
  /// Joins the queue of those that wait for pages, and leaves it unless they come soon. No more pages
  /// than the largest block has.
  case wait(pages: Int)
  /// Gives a block of the log back.
  case free(slot: Int)
  /// Gives all but the first pages of a block back.
  case shrink(slot: Int, pages: Int)
}

/// A caller with slots of its own in the log.
struct LoggedCaller: ~Copyable {
  let pool: PagePool
  let log: CallerLog
  let thread: Int
  private var sequence: UInt64 = 0

  init(_ pool: PagePool, _ log: CallerLog, thread: Int) {
    self.pool = pool
    self.log = log
    self.thread = thread
  }

  /// What each page of a block holds.
  static func cookie(tag: UInt64, page: Int) -> UInt64 {
    (tag &+ 1) &* 0x9e37_79b9_7f4a_7c15 ^ UInt64(page) << 7
  }

  private var emptySlots: [Int] {
    (0..<CallerLog.slotCount).filter { log[thread, $0] == nil }
  }

  /// Carries it out, unless memory or slots are used up.
  mutating func perform(_ operation: CallerOperation) {
    switch operation {
    case .block(let order):
      allocate(blocks: 1) { pool, tag throws(OutOfMemory) in
        [LoggedCaller.bytes(try pool.allocate(order: order, tag: tag))]
      }
    case .run(let pages):
      allocate(blocks: 1) { pool, tag throws(OutOfMemory) in
        [LoggedCaller.bytes(try pool.allocate(pages: pages, contents: .uninitialized, tag: tag))]
      }
    case .singles(let count):
      allocate(blocks: count) { pool, tag throws(OutOfMemory) in
        var pages = try pool.allocate(singlePages: count, tag: tag)
        var blocks: [Range<Int>] = []
        while let page = pages.popLast() { blocks.append(LoggedCaller.bytes(page)) }
        return blocks
      }
    case .wait(let pages):
      allocate(blocks: 1) { pool, tag throws(OutOfMemory) in
        [try LoggedCaller.wait(for: pages, of: pool.reference, tag: tag)]
      }
    case .free(let slot):
      guard let block = log[thread, slot] else { return }
      log.begin(.free(slot: slot), thread: thread)
      // The pages were released, and are this caller's.
      unsafe pool.free(released: bytes(of: block.pages))
      log[thread, slot] = nil
      log.end(thread: thread)
    case .shrink(let slot, let pages):
      guard let block = log[thread, slot], pages < block.pages.count else { return }
      log.begin(.shrink(slot: slot, pages: pages), thread: thread)
      let rest = block.pages.lowerBound + pages..<block.pages.upperBound
      unsafe pool.free(partOfReleased: bytes(of: rest))  // as above
      log[thread, slot] = RecoveredBlock(
        tag: block.tag, pages: block.pages.lowerBound..<rest.lowerBound)
      log.end(thread: thread)
    }
  }

  /// What the pool's waiting request does, but for the sleep: a forked child runs no tasks.
  private static func wait(
    for pages: Int, of pool: PoolReference, tag: AllocationTag
  ) throws(OutOfMemory) -> Range<Int> {
    let waiting = WaitingRequest(.run(pages: pages))
    if pool.join(waiting) == .waiting {
      for _ in 0..<20 where pool.fate(of: waiting) == .waiting { usleep(5) }
      pool.endWait(of: waiting)
    }
    switch pool.fate(of: waiting) {
    case .granted(let first):
      let pages = try pool.receive(waiting, firstPage: first, contents: .zeroed, tag: tag)
      return bytes(IOPage(pages, of: pool))
    case .ended(let failure): throw failure
    case .waiting: fatalError("The wait was ended.")
    }
  }

  /// Gives up the ownership of pages, which are known by their numbers from now on.
  private static func bytes(_ page: consuming IOPage) -> Range<Int> {
    let first = page.pageNumber
    let count = page.pageCount
    _ = unsafe page.release()  // whose address can be computed again
    return first..<first + count
  }

  @unsafe
  private func bytes(of pages: Range<Int>) -> UnsafeMutableRawBufferPointer {
    // Pages of the pool's region.
    unsafe UnsafeMutableRawBufferPointer(
      start: pool.reference.base + pages.lowerBound * 4096, count: pages.count * 4096)
  }

  private mutating func allocate(
    blocks count: Int, take: (PagePool, AllocationTag) throws(OutOfMemory) -> [Range<Int>]
  ) {
    let slots = emptySlots
    guard slots.count >= count else { return }
    sequence += 1
    let tag = AllocationTag(value: UInt64(thread) << 48 | sequence)
    log.begin(.allocate(tag: tag.value, blocks: count), thread: thread)
    let taken = (try? take(pool, tag)) ?? []
    for (pages, slot) in zip(taken, slots) {
      for index in 0..<pages.count {
        // The pages are this caller's.
        let page = unsafe bytes(of: pages.lowerBound + index..<pages.lowerBound + index + 1)
        unsafe page.storeBytes(
          of: LoggedCaller.cookie(tag: tag.value, page: index), as: UInt64.self)
      }
      log[thread, slot] = RecoveredBlock(tag: tag, pages: pages)
    }
    log.end(thread: thread)
  }

  /// Goes on for ever.
  mutating func run(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    while true {
      let slot = random.number(below: CallerLog.slotCount)
      switch random.number(below: 8) {
      case 0: perform(.block(order: random.number(in: 0...3)))
      case 1: perform(.wait(pages: random.number(in: 1...12)))
      case 2: perform(.run(pages: random.number(in: 1...7)))
      case 3: perform(.singles(count: random.number(in: 1...4)))
      case 4, 5, 6: perform(.free(slot: slot))
      default:
        let count = log[thread, slot]?.pages.count ?? 0
        if count > 1 { perform(.shrink(slot: slot, pages: random.number(in: 1...count - 1))) }
      }
    }
  }
}
