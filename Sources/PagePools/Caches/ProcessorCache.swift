// The cache of one processor: for each order up to 2 MiB a stack of free blocks, from which the
// thread that runs there takes and to which it gives without the pool's lock.
//
//   0    token    1 while the cache may be taken by an exchange; 0: taken, sealed or not in use
//   8    rooms    one byte for each order: how many blocks the stack may hold; 0: not in use
//   24   words    64 bits for each order: bits 0-7 the blocks in the stack, above them the number of
//                 blocks that were taken from it so far
//   256  stacks   128 entries for each order
//
// An entry is the block's address, so that nothing need be computed from it. Its low bits tell what
// is known of its contents: bit 0, all of it is zero; bit 1, the dirty bitmap knows which pages are.
// What a client gives back has neither bit.
//
// Two threads never use a cache at once: with restartable sequences (CPageMemoryCache.h) because
// only one runs on a processor, else because the token has one holder. A thread only tries to get
// the token: one that was interrupted while it had it would keep others waiting. Whoever drains
// waits.

public import Synchronization

/// A processor's cache, used by who has its token, or after a barrier in a sealed pool.
@safe
@frozen
@usableFromInline
struct ProcessorCache {
  /// Blocks of orders below this are cached: up to 2 MiB.
  @usableFromInline static var orderCount: Int { 10 }
  @usableFromInline static var shift: Int { 14 }
  /// The number of blocks that a stack has memory for.
  @usableFromInline static var stackCapacity: Int { 128 }
  static var byteCount: Int { 1 << shift }

  @usableFromInline let base: UnsafeMutableRawPointer

  /// - Parameter base: zeroed memory of ``byteCount`` bytes that stays valid.
  @unsafe
  @inlinable
  init(_ base: UnsafeMutableRawPointer) { unsafe self.base = base }

  /// In each of these, the place lies in the cache's memory: `order` is below `orderCount`, and
  /// `index` below `stackCapacity`.
  @unsafe
  @inlinable
  @inline(__always)
  var token: UnsafeMutablePointer<Atomic<UInt64>> {
    unsafe base.assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  @unsafe
  @inlinable
  @inline(__always)
  func room(_ order: Int) -> UnsafeMutablePointer<Atomic<UInt8>> {
    unsafe (base + 8 + order).assumingMemoryBound(to: Atomic<UInt8>.self)
  }

  @unsafe
  @inlinable
  @inline(__always)
  func word(_ order: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    unsafe (base + 24 + order * 8).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  @unsafe
  @inlinable
  @inline(__always)
  func entry(_ order: Int, _ index: Int) -> UnsafeMutablePointer<UInt> {
    unsafe (base + 256 + (order << 7 + index) << 3).assumingMemoryBound(to: UInt.self)
  }

  /// The number of blocks in a stack, and of those that were taken from it so far. Both may change
  /// at once, unless nobody can use the cache.
  func counts(_ order: Int) -> (held: Int, taken: Int) {
    let word = unsafe word(order).pointee.load(ordering: .relaxed)
    return (Int(word & 255), Int(word >> 8))
  }
}
