// Under the address sanitizer, touching a page that is free is an error, wherever the page lies: each
// way back into a pool, in a process of its own, which must end with the sanitizer's report. A way out
// that left a page poisoned would end the tests that write to what they get, all over the suite.

import IOPageCore
import MemoryTestSupport
import Testing

@Suite(
  .leavesNoPages, .enabled(if: PagePool.hasAddressSanitizer, "the address sanitizer does not run"))
struct PoisonedPagesTests {
  /// A way for a page to become free.
  enum Way: String, CaseIterable, Codable, Sendable {
    case blockInCache, blockWithoutCaches, pastFullCache, drained, run, partOfRun, singlePages
    case bulkPastFullCache, buffer, restOfBuffer, narrowedBuffer, limitedView, released
    case partOfReleased, adopted, trimmed, closedPool
  }

  private static let lineOfTouch = #line + 5
  /// Reads the first word of a page.
  @unsafe
  private static func touch(_ page: UnsafeMutablePointer<UInt64>) -> UInt64 {
    // What the tests are about: the page may be anybody's.
    unsafe page.pointee
  }

  @Test(arguments: Way.allCases)
  func `touching a page that came back is reported`(way: Way) async {
    let result = await #expect(
      processExitsWith: .exitCode(1), observing: [\.standardErrorContent]
    ) { [way] in
      let (pool, page) = try unsafe PoisonedPagesTests.freed(way)
      let word = unsafe PoisonedPagesTests.touch(page)
      print("not reported: \(word), \(pool.statistics.freePages)")
    }
    let report = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(report.contains("use-after-poison"), "\(report)")
    let place = "PoisonedPagesTests.swift:\(PoisonedPagesTests.lineOfTouch)"
    #expect(report.contains(place), "\(report)")
  }

  @Test(arguments: [ProcessorCacheMethod.exchange, .none])
  func `pages that are out can be touched, and are zero where it was asked for`(
    method: ProcessorCacheMethod
  ) throws {
    let pool = PoisonedPagesTests.makePool(method)
    for round in 0..<100 {
      var page = try pool.allocate(order: round % 4, contents: .zeroed)
      var sum = 0
      for offset in 0..<page.byteCount { sum += Int(page[offset]) }
      #expect(sum == 0)
      page.fill(with: 0xee)
      var run = try pool.allocate(pages: 5, contents: round % 2 == 0 ? .zeroed : .uninitialized)
      run.fill(with: 0xdd)
      if round % 10 == 0 { pool.drainCaches() }
    }
  }

  @Test func `a page that was dropped in one part is out as long as there are others`() throws {
    let pool = PoisonedPagesTests.makePool(.exchange)
    var tail = PageBuffer(try pool.allocate(order: 0))
    _ = tail.takeFirst(100)
    tail.fill(with: 1)
    #expect(tail[0] == 1)
    #expect(pool.statistics.allocatedPages == 1)
  }

  @Test func `the memory of a pool that ended can be touched`() throws {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 64 * 4096, alignment: 64 * 4096)
    defer { unsafe memory.deallocate() }
    do {
      let pool = unsafe PoolTestMemory.makePool(over: memory, pages: 64)
      let kept = try pool.allocate(pages: 3)
      _ = try pool.allocate(order: 5)
      _ = consume kept
    }
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 7, count: 64 * 4096)
    #expect(unsafe memory.load(fromByteOffset: 63 * 4096, as: UInt8.self) == 7)
  }

  private static func makePool(_ method: ProcessorCacheMethod = .exchange) -> PagePool {
    PoolTestMemory.makePool(pages: 1024, cacheMethod: method, cacheByteLimit: 8 * 4096)
  }

  /// The first word of a page that has come back by some way, and its pool.
  @unsafe
  private static func freed(_ way: Way) throws -> (PagePool, UnsafeMutablePointer<UInt64>) {
    let pool = makePool(way == .blockWithoutCaches ? .none : .exchange)
    let address = try unsafe freedPage(way, pool)
    return unsafe (pool, address.assumingMemoryBound(to: UInt64.self))
  }

  @unsafe
  private static func freedPage(_ way: Way, _ pool: PagePool) throws -> UnsafeMutableRawPointer {
    switch way {
    case .blockInCache, .blockWithoutCaches:
      return try unsafe pool.allocate(order: 0).baseAddress
    case .pastFullCache, .drained, .trimmed, .closedPool:
      return try unsafe freedAmongMany(way, pool)
    case .run: return try unsafe pool.allocate(pages: 5).baseAddress + 4 * 4096
    case .partOfRun:
      let halves = try pool.allocate(pages: 8).split(at: 6)
      let address = unsafe halves.head.baseAddress
      let tail = halves.tail
      // The page stays out for as long as the process lasts.
      _ = unsafe tail.release()
      return unsafe address
    case .singlePages: return try unsafe freedInBulk(pool, count: 3)
    case .bulkPastFullCache: return try unsafe freedInBulk(pool, count: 200)
    case .buffer: return unsafe PageBuffer(try pool.allocate(pages: 3)).baseAddress + 2 * 4096
    case .restOfBuffer, .narrowedBuffer: return try unsafe freedByBuffer(way, pool)
    case .limitedView: return try unsafe pool.limited(to: 8).allocate(pages: 2).baseAddress
    case .released, .partOfReleased, .adopted: return try unsafe freedByAddress(way, pool)
    }
  }

  @unsafe
  private static func freedAmongMany(
    _ way: Way, _ pool: PagePool
  ) throws -> UnsafeMutableRawPointer {
    var pages: [UnsafeMutableRawBufferPointer] = unsafe []
    for _ in 0..<100 { unsafe pages.append(try pool.allocate(order: 0).release()) }
    for index in 1..<100 { _ = try unsafe IOPage(adopting: pages[index], from: pool) }
    if way == .drained { pool.drainCaches() }
    if way == .trimmed { _ = pool.reference.trim(keeping: 0) { _ in } }
    if way == .closedPool {
      // A page that is out keeps the memory of a pool whose handle is gone.
      let other = makePool()
      let page = try unsafe other.allocate(order: 0).release()
      let freed = try unsafe other.allocate(order: 0).baseAddress
      _ = unsafe page
      return unsafe freed
    }
    // The last one lies in the cache, this one does no more.
    return unsafe pages[1].baseAddress!
  }

  @unsafe
  private static func freedInBulk(
    _ pool: PagePool, count: Int
  ) throws -> UnsafeMutableRawPointer {
    let storage = UnsafeMutableBufferPointer<IOPage>.allocate(capacity: count)
    var pages = unsafe OutputSpan(buffer: storage, initializedCount: 0)
    try pool.allocate(singlePages: count, into: &pages)
    let address = unsafe pages.span[0].baseAddress
    pool.free(&pages)
    return unsafe address
  }

  @unsafe
  private static func freedByBuffer(
    _ way: Way, _ pool: PagePool
  ) throws -> UnsafeMutableRawPointer {
    var buffer = PageBuffer(try pool.allocate(pages: 3))
    let address = unsafe buffer.baseAddress
    if way == .narrowedBuffer {
      buffer.removeFirst(5000)
    } else {
      // Two parts of the first page.
      _ = buffer.takeFirst(100)
      _ = buffer.takeFirst(3996)
    }
    // What is left goes as well.
    return unsafe address
  }

  @unsafe
  private static func freedByAddress(
    _ way: Way, _ pool: PagePool
  ) throws -> UnsafeMutableRawPointer {
    let bytes = try unsafe pool.allocate(pages: 3).release()
    switch way {
    case .released: unsafe pool.free(released: bytes)
    case .partOfReleased:
      unsafe pool.free(partOfReleased: UnsafeMutableRawBufferPointer(rebasing: bytes[..<4096]))
    default: _ = try unsafe IOPage(adopting: bytes, from: pool)
    }
    return bytes.baseAddress!
  }
}
