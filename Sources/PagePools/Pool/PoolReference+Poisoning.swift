// Under the address sanitizer it is an error to touch a free page, in a cache, a depot or the buddy,
// that was out before: the page is poisoned before it enters any of these, where another thread may
// find it, and a page is unpoisoned when it is handed out, before it is cleared. Pages that were never
// handed out are left alone, since their shadow would be an eighth of the region.
//
// The common path, which is inlined into clients, knows nothing of this and pays nothing. Under the
// sanitizer its limit in the pool's head is always zero, as in a sealed pool: so every request and every
// page that comes back gets to the functions of this library, which use the caches by a limit of their
// own, with these functions around it.

internal import Synchronization

extension PoolReference {
  /// Whether the address sanitizer runs. In a forked child nothing is poisoned or unpoisoned any more.
  @inline(__always)
  var hasAddressSanitizer: Bool { unsafe head.pointee.poisons }  // never changes

  /// Makes pages that are about to be given back an error to touch.
  func poison(_ frames: Range<Int>) {
    // The pages are the pool's and the caller's.
    unsafe Platform.poison(
      base + frames.lowerBound << PagePool.pageShift,
      byteCount: frames.count << PagePool.pageShift)
  }

  /// The same for single pages, by their addresses.
  func poison(_ pages: Span<UInt>) {
    for index in pages.indices {
      let frame = frame(ofEntry: pages[index])
      poison(frame..<frame + 1)
    }
  }

  /// Makes pages accessible that are about to be handed out.
  func unpoison(_ frames: Range<Int>) {
    // The control block is valid, and the field atomic.
    let grantedEnd = unsafe control.pointee.grantedEnd.load(ordering: .relaxed)
    if frames.upperBound > grantedEnd {
      unsafe control.pointee.grantedEnd.max(frames.upperBound, ordering: .relaxed)
    }
    // The pages are the pool's and the caller's.
    unsafe Platform.unpoison(
      base + frames.lowerBound << PagePool.pageShift,
      byteCount: frames.count << PagePool.pageShift)
  }

  /// Makes the memory of a pool that ends accessible: it is somebody else's next.
  func unpoisonAll() {
    // As above; every page below it is the pool's.
    let grantedEnd = unsafe control.pointee.grantedEnd.load(ordering: .relaxed)
    unsafe Platform.unpoison(base, byteCount: grantedEnd << PagePool.pageShift)
  }

  /// Takes a block from the stack of this processor, as the common path does without a sanitizer.
  ///
  /// - Returns: its first frame; nil if the stack cannot serve, or the order is none that is cached.
  func takePoisoned(order: Int, contents: PageContents) -> Int? {
    guard (0..<PoolReference.cachedOrderCount).contains(order),
      let entry = libraryCache?.take(order: order), entry != 0
    else { return nil }
    prepareCached(entry, order: order, contents: contents)
    return frame(ofEntry: entry)
  }

  /// Poisons pages that come back, and puts them on the stack of this processor if they are a block
  /// that it has room for, as the common path does without a sanitizer.
  ///
  /// - Returns: whether they are there.
  func putPoisoned(_ frames: Range<Int>) -> Bool {
    poison(frames)
    guard let order = PoolReference.cachedOrder(of: frames) else { return false }
    return libraryCache?.put(address(ofFrame: frames.lowerBound), order: order) ?? false
  }
}

extension PagePool {
  /// Whether the address sanitizer runs, and reports who touches a free page.
  package static var hasAddressSanitizer: Bool { Platform.hasAddressSanitizer }
}
