// How a pool's guards are made of a region's. To end one may need memory, where the region promises
// that its pages have some; if the kernel has none, the guard stays, its page counts as absent, and
// whoever is to have that page has the guard ended first, or gets another page.

internal import MemoryRegions
internal import PagePools
internal import Synchronization

/// The guards of a region that could not be ended when their pages came back.
final class RegionGuards: Sendable {
  private let region: MemoryRegion
  private let lingering = Mutex<Set<Int>>([])

  init(_ region: MemoryRegion) { self.region = region }

  /// Lets `backing` make guards, and see to those that could not be ended.
  func extend(_ backing: inout PoolBacking) {
    backing.guardPages = { [self] pages in
      // One that could not be ended still stands.
      if takeLingering(pages) { return true }
      do throws(RegionError) {
        return try region.guardPages(pages)
      } catch {
        return false
      }
    }
    backing.unguardPages = { [self] pages in
      if end(pages) { return true }
      lingering.withVisibleLock { $0.formUnion(pages) }
      return false
    }
    let populate = backing.populate
    backing.bringsMemoryIn = populate != nil
    backing.populate = { [self] pages in endLingering(in: pages) && populate?(pages) ?? true }
  }

  /// Tries again to end all guards that are left over. Returns whether there are none any more.
  func endAll() -> Bool { endLingering(in: 0..<Int.max) }

  private func end(_ pages: Range<Int>) -> Bool {
    do throws(RegionError) {
      try region.unguardPages(pages)
      return true
    } catch {
      return false
    }
  }

  /// Takes a page out of those whose guards are left over. Returns whether it was among them.
  private func takeLingering(_ pages: Range<Int>) -> Bool {
    lingering.withVisibleLock { all in
      let stands = all.isSuperset(of: pages)
      if stands { all.subtract(pages) }
      return stands
    }
  }

  /// Tries again for what could not be ended. Returns whether no guard is left in the pages.
  private func endLingering(in pages: Range<Int>) -> Bool {
    // Each guard is one page; taken out first, so that no other thread ends it as well.
    let found = lingering.withVisibleLock { all in
      let found = all.filter(pages.contains)
      all.subtract(found)
      return found
    }
    let left = found.filter { !end($0..<$0 + 1) }
    if !left.isEmpty { lingering.withVisibleLock { $0.formUnion(left) } }
    return left.isEmpty
  }
}
