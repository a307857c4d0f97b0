// Both buffers beside plain arrays of bytes: whatever is done to a buffer is done to an array, and to
// the range of the region that the buffer should own. The pages that are out must be those in which
// some range has a byte.

import IOPageCore
import MemoryTestSupport
import Testing

/// A unique buffer, its bytes, and where they lie.
final class UniqueSubject {
  var buffer: PageBuffer
  var bytes: [UInt8]
  /// Offset of the first byte from the region's start; 0 for an empty one.
  var start: Int

  init(_ buffer: consuming PageBuffer, bytes: [UInt8]) {
    start = buffer.regionOffset
    self.buffer = buffer
    self.bytes = bytes
  }

  var range: Range<Int> { start..<start + bytes.count }
}

/// What a freeze has frozen: it keeps all of its pages until the last reference goes.
final class FrozenModel {
  var range: Range<Int>
  var references = 1
  init(_ range: Range<Int>) { self.range = range }
}

/// A shared buffer, its bytes, and what it is a part of; nothing for an empty one.
struct SharedSubject {
  var buffer: SharedPageBuffer
  var bytes: [UInt8]
  var start: Int
  var frozen: FrozenModel?
}

/// Both kinds of buffers of one pool, and the arrays beside them.
struct BufferModel {
  let pool: PagePool
  var random: SplitMix64
  var unique: [UniqueSubject] = []
  var shared: [SharedSubject] = []

  init(pool: PagePool, seed: UInt64) {
    self.pool = pool
    random = SplitMix64(seed: seed)
  }

  /// The pages in which some buffer, or something frozen, has a byte.
  var pagesOut: Int {
    var pages: Set<Int> = []
    for range in unique.map(\.range) + shared.compactMap({ $0.frozen?.range }) where !range.isEmpty
    {
      pages.formUnion(range.lowerBound >> 12...(range.upperBound - 1) >> 12)
    }
    return pages.count
  }

  /// A number in `0...count`, often at a border of pages.
  mutating func cut(of range: Range<Int>) -> Int {
    if random.once(in: 3), range.count > 0 {
      let border = (range.lowerBound + random.number(in: 0...range.count) + 4095) & ~4095
      if range.contains(border) { return border - range.lowerBound }
    }
    return random.once(in: 10)
      ? (random.once(in: 2) ? 0 : range.count)
      : random.number(in: 0...range.count)
  }

  mutating func uniqueIndex() -> Int? {
    unique.isEmpty ? nil : random.number(below: unique.count)
  }

  mutating func sharedIndex() -> Int? {
    shared.isEmpty ? nil : random.number(below: shared.count)
  }

  /// Checks one buffer against its array.
  func check(_ subject: UniqueSubject, _ location: SourceLocation = #_sourceLocation) {
    let count = subject.buffer.count
    #expect(count == subject.bytes.count, sourceLocation: location)
    let isEqual = subject.buffer.isEqual(to: subject.bytes.span)
    #expect(isEqual, sourceLocation: location)
    if count > 0 {
      let start = subject.buffer.regionOffset
      #expect(start == subject.start, sourceLocation: location)
    }
  }

  /// Checks everything.
  func checkAll() throws {
    for subject in unique { check(subject) }
    for subject in shared { subject.check() }
    let pagesOut = pagesOut
    #expect(pool.statistics.allocatedPages == pagesOut)
    try pool.checkInvariants()
  }
}
