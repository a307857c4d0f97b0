import Glibc
import IOPages
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages, .tags(.concurrency)) struct LimitedPoolRegionTests {
  /// Others take whatever they can get, through caches too, and give it back; the reserve is there
  /// all the same, page by page, for several threads at once.
  @Test func theReserveIsThereWhileOthersExhaustThePool() throws {
    let pool = try PagePool(
      region: MemoryRegion(RegionOptions(byteCount: 16 << 20, population: .none)))
    let view = try pool.limited(to: 512, reserving: 512)
    let failures = Guarded(0)
    onThreads(4) { index in
      if index < 2 {
        // Each of these two has half of the reserve at once.
        for round in 0..<60 {
          var pages = UniqueArray<IOPage>()
          for number in 0..<256 {
            do throws(OutOfMemory) {
              pages.append(try view.allocate(order: 0, contents: .uninitialized))
            } catch {
              Issue.record("Page \(number) of round \(round): \(error)")
              return
            }
          }
        }
      } else {
        for _ in 0..<60 {
          var pages = UniqueArray<IOPage>()
          while true {
            do throws(OutOfMemory) {
              pages.append(try pool.allocate(order: 0, contents: .uninitialized))
            } catch {
              #expect(error.reason == .exhausted)
              failures.withLock { $0 += 1 }
              break
            }
          }
        }
      }
    }
    #expect(failures.withLock { $0 } == 120)
    #expect(view.allocatedPages == 0)
    #expect(pool.statistics.freePages == 4096)
    try pool.checkInvariants()
  }

  @Test func singlePagesComeInContainers() throws {
    let pool = try PagePool(
      region: MemoryRegion(RegionOptions(byteCount: 1 << 20, population: .none)))
    let view = try pool.limited(to: 100)
    var pages = try view.allocate(singlePages: 60)
    try view.allocate(singlePages: 40, into: &pages)
    #expect(view.allocatedPages == 100)
    do throws(OutOfMemory) {
      try view.allocate(singlePages: 1, into: &pages)
      Issue.record("The limit is reached.")
    } catch {
      #expect(error.reason == .limit)
    }
    #expect(pages.count == 100)
    // Given back to the pool together, they come back to the account.
    pool.free(&pages)
    #expect(view.allocatedPages == 0)
    #expect(pool.statistics.freePages == 256)
  }

  @Test func aChildTouchesNothingOfAView() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20)))
      var view: LimitedPool? = try pool.limited(to: 100, reserving: 50)
      var page: IOPage? = try view?.allocate(pages: 4)
      page?.fill(with: 7)
      let status = statusOfForkedChild {
        do throws(OutOfMemory) {
          _ = try view?.allocate(pages: 1)
          return 1
        } catch {
          guard error.reason == .notOwner else { return 2 }
        }
        guard page?[0] == 7, view?.allocatedPages == 0 else { return 3 }
        page = nil
        view = nil
        return 0
      }
      guard status == 0 else { exit(status ?? 99) }
      guard view?.allocatedPages == 4, pool.statistics.allocatedPages == 4 else { exit(50) }
      page = nil
      guard view?.allocatedPages == 0 else { exit(51) }
    }
  }
}
