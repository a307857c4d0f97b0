// What is done to pools: draining, trimming, growing, memory that runs short, other processors; and
// who else has a claim on their pages.

import IOPageCore
import IOPages
import MemoryRegions
import MemoryTestSupport
import PagePools

extension PoolTwin {
  func changePools(_ step: PoolStep) throws(Difference) {
    let place = index(step.first, below: pools.count)
    let pool = pools[place]
    switch step.kind {
    case .drain: pool.drainCaches()
    case .check: try checkAll()
    case .trim: try trim(place, keeping: Int(step.second))
    case .extend where set == nil:
      let count = min(maps[0].pageCount, maps[0].managed + Int(step.second) % 65)
      pool.reference.extend(to: count)
      maps[0].extend(to: count)
    case .refuseMemory: kernel?.refuses = step.second & 1 == 1
    case .move:
      Processors.move(to: Processors.usable[index(step.second, below: Processors.usable.count)])
    default: break
    }
  }

  private func trim(_ place: Int, keeping: Int) throws(Difference) {
    let pool = pools[place]
    let trimmed: Int
    if let kernel {
      let base = unsafe pool.reference.base
      trimmed = pool.reference.trim(keeping: keeping) { unsafe kernel.discard($0, base: base) }
    } else {
      do throws(RegionError) {
        trimmed = try pool.trim(keeping: keeping)
      } catch {
        throw Difference("a trim failed: \(error)")
      }
    }
    let free = maps[place].freePages
    try expect(trimmed <= max(0, free - keeping), "\(trimmed) of \(free) pages were trimmed")
  }

  func changeClients(_ step: PoolStep) throws(Difference) {
    switch step.kind {
    case .openView:
      guard views.count < 4 else { return }
      try openView(
        index(step.third, below: pools.count), limit: Int(step.first) % 64,
        reserve: Int(step.second) % 32)
    case .closeView:
      guard !views.isEmpty else { return }
      let view = views.remove(at: newest(step.first, of: views.count))
      // Its pages may outlive it.
      _ = consume view
    default:
      guard !pages.isEmpty else { return }
      let place = newest(step.first, of: pages.count)
      // One round gives one run, and there are sixteen of them at most.
      guard stashes[pages[place].pool].pages.count < 12 else { return }
      let page = pages.remove(at: place)
      stashes[page.pool].pages.append(page)
    }
  }

  private func openView(_ place: Int, limit: Int, reserve: Int) throws(Difference) {
    let map = maps[place]
    let reserve = min(reserve, limit)
    do throws(OutOfMemory) {
      let view = try pools[place].limited(to: limit, reserving: reserve)
      views.append(
        View(pool: view, index: place, client: ClientModel(limit: limit, reserve: reserve)))
    } catch {
      // What a reclaimer gave back may be promised to others.
      let isRight =
        reserve > map.pageCount
        || map.freePages - reserved(place) < reserve && stashes[place].pages.isEmpty
      return try expect(isRight, "\(reserve) pages cannot be reserved: \(error)")
    }
    try checkReserves()
  }
}
