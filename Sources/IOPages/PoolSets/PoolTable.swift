// Pools by a small number, a processor's or a node's. A set looks into one at each request, so it is
// plain memory: an array's elements are counted references away.

public import PagePools

/// The pool of each number, as far as there is one.
///
/// It never changes, and stays until ``deallocate()``; the pools are somebody else's.
@safe
@frozen
@usableFromInline
struct PoolTable: @unchecked Sendable {
  // Sendable: nothing is written after the initialiser.
  @usableFromInline let entries: UnsafeMutablePointer<PoolReference?>
  @usableFromInline let count: UInt

  init(_ pools: [PoolReference?]) {
    // Whole cache lines, which nobody else writes to.
    let line = 128
    let byteCount = (pools.count * MemoryLayout<PoolReference?>.stride + line) & -line
    // As many elements as there are pools, and all of them are initialised.
    unsafe entries = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: line)
      .bindMemory(to: PoolReference?.self, capacity: pools.count)
    for (index, pool) in pools.enumerated() {
      unsafe (entries + index).initialize(to: pool)
    }
    count = UInt(pools.count)
  }

  /// Ends the table: nobody looks into it any more.
  func deallocate() {
    // Allocated in the initialiser; its elements are trivial.
    unsafe entries.deallocate()
  }

  /// The pool of that number; nil if there is none. A negative number, taken as unsigned, has none.
  @inlinable
  @inline(__always)
  subscript(number: UInt) -> PoolReference? {
    guard number < count else { return nil }
    // In bounds, as was just checked.
    return unsafe entries[Int(bitPattern: number)]
  }
}
