// The common path: a block from the stack of the processor that runs this, or back to it. It is
// inlined into the client, reads the pool's head and the processor's cache, and calls nothing. What
// it cannot do, the slow path does.

public import CPageMemory
public import Synchronization

extension PoolReference {
  /// The number of orders that are cached, from 0: blocks of up to 2 MiB.
  @inlinable
  package static var cachedOrderCount: Int { ProcessorCache.orderCount }

  /// The cache of the processor that runs this, where caches are used by exchanges; nil if the pool
  /// is sealed, or belongs to the process that this one was forked from.
  @inlinable
  @inline(__always)
  var currentCache: ProcessorCache? {
    cacheOfThisProcessor(below: unsafe head.pointee.limit.load(ordering: .relaxed))
  }

  /// The same for this library's own functions, which see to it that no free page can be touched.
  var libraryCache: ProcessorCache? {
    cacheOfThisProcessor(below: unsafe head.pointee.libraryLimit.load(ordering: .relaxed))
  }

  @inlinable
  @inline(__always)
  func cacheOfThisProcessor(below limit: UInt32) -> ProcessorCache? {
    let head = unsafe head
    guard limit > 0 else { return nil }
    let processor = unsafe page_memory_current_processor(head.pointee.number)
    guard processor < limit, let caches = unsafe head.pointee.caches else { return nil }
    // There are `limit` caches, one behind the other.
    return unsafe ProcessorCache(caches + Int(processor) << ProcessorCache.shift)
  }

  /// Takes a block from the stack of this processor.
  ///
  /// - Returns: the entry (see ``ProcessorCache``); 0 if the stack cannot serve.
  /// - Precondition: `order` is in `0..<cachedOrderCount`.
  @inlinable
  @inline(__always)
  package func takeCached(order: Int) -> UInt {
    let area = unsafe head.pointee.area
    // The section checks everything: the head is valid, and the order is in range.
    if area != 0 { return unsafe page_memory_cache_take(pointer, area, UInt(bitPattern: order)) }
    return currentCache?.take(order: order) ?? 0
  }

  /// Takes a block that holds what is asked for from the stack of this processor.
  ///
  /// - Returns: its first byte; nil if the stack cannot serve, or `order` is none that is cached.
  @unsafe
  @inlinable
  @inline(__always)
  package func takeBlockCached(order: Int, contents: PageContents) -> UnsafeMutableRawPointer? {
    guard UInt(bitPattern: order) < UInt(bitPattern: PoolReference.cachedOrderCount)
    else { return nil }
    let entry = takeCached(order: order)
    guard let block = unsafe UnsafeMutableRawPointer(bitPattern: entry & ~3)
    else { return nil }
    if contents == .zeroed || entry & PoolReference.partlyKnown != 0 {
      prepareCached(entry, order: order, contents: contents)
    }
    return unsafe block
  }

  /// Puts a block that a client gives back on the stack of this processor.
  ///
  /// - Returns: whether it is there; if not, nothing has changed.
  /// - Precondition: the block is out, `order` is its order and in `0..<cachedOrderCount`.
  @inlinable
  @inline(__always)
  package func putCached(_ block: UInt, order: Int) -> Bool {
    let area = unsafe head.pointee.area
    if area != 0 {
      // The section checks everything: the head is valid, and the order is in range.
      return unsafe page_memory_cache_put(pointer, area, UInt(bitPattern: order), block) != 0
    }
    return currentCache?.put(block, order: order) ?? false
  }

  /// Gives pages back: to the cache of this processor if they are a block that it has room for.
  ///
  /// - Precondition: the pages at `address` are the pool's, out, and the caller's; at least one.
  @unsafe
  @inlinable
  @inline(__always)
  package func free(_ address: UnsafeMutableRawPointer, pageCount: Int) {
    let block = UInt(bitPattern: address)
    let length = UInt(bitPattern: pageCount) &<< UInt(PagePool.pageShift)
    let order = pageCount.trailingZeroBitCount
    // A block: a power of two of pages, at a multiple of its length, of an order that is cached. No
    // branch for the commonest case, which among mixed ones could not be predicted.
    if (block | length) & (length &- 1) == 0, order < ProcessorCache.orderCount,
      putCached(block, order: order)
    {
      return
    }
    unsafe freeUncached(address, pageCount: pageCount)
  }

  @unsafe
  @usableFromInline
  @inline(never)
  func freeUncached(_ address: UnsafeMutableRawPointer, pageCount: Int) {
    // In a forked child there is no base to count from.
    guard isOwnedByThisProcess else { return }
    let pool = serving
    let first = unsafe pool.frame(at: address)  // the pool's, as the caller has promised
    let frames = first..<first + pageCount
    if let client { pool.free(frames, of: client) } else { pool.free(frames) }
  }
}
