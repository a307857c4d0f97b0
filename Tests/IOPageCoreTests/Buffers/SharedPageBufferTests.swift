import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct SharedPageBufferTests {
  /// Copies and slices lie where the bytes were written; the page goes with the last of them.
  @Test func slicesShareTheBytes() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let buffer = try PageBuffer(copying: (0..<100).map { UInt8($0) }, from: pool)
    // Only compared.
    let start = unsafe UInt(bitPattern: buffer.baseAddress)
    var whole = buffer.freeze()
    let offset = whole.regionOffset
    var slice = whole[10..<20]
    #expect(slice.regionOffset == offset + 10)
    #expect(SharedPageBuffer().regionOffset == 0)
    let place = unsafe slice.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    #expect(place == start + 10)
    #expect(slice[0] == 10)
    whole = SharedPageBuffer()
    #expect(pool.statistics.allocatedPages == 1)
    slice.removeFirst(9)
    #expect(slice.count == 1 && slice[0] == 19)
    slice.removeFirst(1)
    #expect(pool.statistics.allocatedPages == 0)
  }

  /// An empty slice keeps nothing.
  @Test func emptySlicesDoNotPin() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let empty = try PageBuffer(count: 10, from: pool).freeze()[5..<5]
    #expect(empty.isEmpty)
    #expect(pool.statistics.allocatedPages == 0)
    #expect(PageBuffer().freeze().isEmpty)
  }

  @Test func takingFromBothEnds() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    var rest = try PageBuffer(copying: [1, 2, 3, 4, 5], from: pool).freeze()
    let first = rest.takeFirst(2)
    let last = rest.takeLast(2)
    #expect(first.hexString + "-" + rest.hexString + "-" + last.hexString == "0102-03-0405")
  }

  @Test func onlyTheLastReferenceThaws() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    var shared = PageBuffer(try pool.allocate(pages: 3)).freeze()
    var slice: SharedPageBuffer? = shared[5000..<5100]
    #expect(throws: AdoptionError.shared) { _ = try shared.thaw() }
    #expect(throws: AdoptionError.shared) { try shared.releaseRest() }
    #expect(throws: AdoptionError.shared) { _ = try shared.takePages() }
    #expect(shared.count == 3 * 4096)
    slice = nil
    #expect(slice == nil)
    var buffer = try shared.thaw()
    buffer[0] = 1
    let count = buffer.count
    #expect(count == 3 * 4096)
    #expect(shared.isEmpty)
  }

  /// A small slice that is kept for long gives the other pages up.
  @Test func theRestGoesEarly() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    var shared = PageBuffer(try pool.allocate(pages: 5)).freeze()
    shared = shared[5000..<5100]
    #expect(pool.statistics.allocatedPages == 5)
    try shared.releaseRest()
    #expect(pool.statistics.allocatedPages == 1)
    #expect(shared.count == 100)
    try shared.releaseRest()
    let thawed = try shared.thaw()
    let count = thawed.count
    #expect(count == 100)
    #expect(pool.statistics.allocatedPages == 1)
  }

  @Test func wholePagesComeBack() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    var shared = PageBuffer(try pool.allocate(pages: 4)).freeze()
    shared = shared[4096..<12288]
    var unaligned = shared
    unaligned.removeFirst(1)
    #expect(throws: AdoptionError.notPageAligned) { _ = try unaligned.takePages() }
    unaligned = shared
    unaligned.removeLast(1)
    #expect(throws: AdoptionError.notWholePages) { _ = try unaligned.takePages() }
    unaligned = SharedPageBuffer()
    let pages = try shared.takePages()
    #expect(pages.pageCount == 2)
    #expect(pool.statistics.allocatedPages == 2)
  }

  @Test func outsideTraps() async {
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 8)
        _ = try PageBuffer(count: 10, from: pool).freeze()[5..<11]
      }
    }
    await #expect(processExitsWith: .trap) {
      trapping {
        let pool = PoolTestMemory.makePool(pages: 8)
        var shared = try PageBuffer(count: 10, from: pool).freeze()
        shared.removeFirst(11)
      }
    }
  }

  /// Copies on many threads, read and dropped; the last one, wherever it is, gives the pages back.
  @Test func sharedByManyThreads() throws {
    let pool = PoolTestMemory.makePool(pages: 64)
    for round in 0..<100 {
      var buffer = try PageBuffer(count: 9000, from: pool)
      buffer.fill(with: UInt8(round))
      let shared = Guarded(Optional(buffer.freeze()))
      onThreads(4) { thread in
        for index in 0..<20 {
          guard let copy = shared.withLock({ $0 }) else { return }
          #expect(copy[(index * 431 + thread) % 9000] == UInt8(round))
          let slice = copy[index..<index + 100]
          #expect(slice[99] == UInt8(round))
        }
        if thread == 0 { shared.withLock { $0 = nil } }
      }
      #expect(pool.statistics.allocatedPages == 0)
    }
  }
}
