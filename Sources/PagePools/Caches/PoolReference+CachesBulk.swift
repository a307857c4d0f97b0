// Many blocks at once: one use of the cache for all of them.

public import CPageMemory

extension PoolReference {
  /// The most blocks that a stack can give at once.
  @inlinable
  package static var largestCachedCount: Int { ProcessorCache.stackCapacity }

  /// Takes `wanted` blocks from the stack of this processor, or none if it has fewer.
  ///
  /// - Parameter entries: where they are written to.
  /// - Precondition: `wanted` is in `1...128`, `order` in `0..<cachedOrderCount`.
  @unsafe
  @usableFromInline
  package func takeManyCached(
    order: Int, into entries: UnsafeMutablePointer<UInt>, wanted: Int
  ) -> Bool {
    let area = unsafe head.pointee.area
    if area != 0 {
      // The caller has memory for the entries; the section checks the rest.
      return unsafe page_memory_cache_take_many(
        pointer, area, UInt(bitPattern: order), entries, UInt(bitPattern: wanted)) != 0
    }
    return unsafe libraryCache?.takeMany(order: order, into: entries, wanted: wanted) ?? false
  }

  /// Puts as many blocks on the stack of this processor as there is room for. Returns how many.
  ///
  /// - Precondition: `offered` is at least 1, `order` in `0..<cachedOrderCount`.
  @unsafe
  @usableFromInline
  package func putManyCached(
    order: Int, from entries: UnsafePointer<UInt>, offered: Int
  ) -> Int {
    let area = unsafe head.pointee.area
    if area != 0 {
      // The caller has the entries; the section checks the rest.
      return unsafe Int(
        bitPattern: page_memory_cache_put_many(
          pointer, area, UInt(bitPattern: order), entries, UInt(bitPattern: offered)))
    }
    return unsafe libraryCache?.putMany(order: order, from: entries, offered: offered) ?? 0
  }

  /// Takes `wanted` single pages from the stack of this processor, or none if it has fewer, where
  /// restartable sequences are used.
  ///
  /// - Parameter records: three words for each page, which are written: the pool, the page's
  ///   address, and 1.
  /// - Returns: the bits of all entries or'ed together; 0 if none was taken.
  /// - Precondition: `wanted` is in `1...128`.
  @unsafe
  @inlinable
  @inline(__always)
  package func takeRecordsCached(_ records: UnsafeMutableRawPointer, wanted: Int) -> UInt {
    let area = unsafe head.pointee.area
    guard area != 0 else { return 0 }
    // The caller has memory for the records; the section checks the rest.
    return unsafe page_memory_cache_take_records(
      pointer, area, records, UInt(bitPattern: wanted))
  }

  /// Puts the pages of such records on the stack of this processor as far as it has room, if all of
  /// these are single pages of this pool, and restartable sequences are used. Returns how many.
  ///
  /// - Precondition: `offered` is at least 1.
  @unsafe
  @inlinable
  @inline(__always)
  package func putRecordsCached(_ records: UnsafeRawPointer, offered: Int) -> Int {
    let area = unsafe head.pointee.area
    guard area != 0 else { return 0 }
    // The caller has the records; the section checks the rest.
    return unsafe Int(
      bitPattern: page_memory_cache_put_records(
        pointer, area, records, UInt(bitPattern: offered)))
  }
}
