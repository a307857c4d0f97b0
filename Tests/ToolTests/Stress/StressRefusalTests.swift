import IOPages
import PagePools
import Testing

@testable import iopages

@Suite struct StressRefusalTests {
  private func error(
    _ reason: OutOfMemory.Reason, free: Int, largest: Int?, pages: Int = 4, order: Int = 2,
    otherNodes: Int = 0
  ) -> OutOfMemory {
    OutOfMemory(
      requestedPages: pages, requestedOrder: order, freePages: free, largestFreeOrder: largest,
      otherNodes: otherNodes, reason: reason)
  }

  private func isPlausible(
    _ error: OutOfMemory, _ request: PageRequest = .block(order: 2), pools: Int = 1,
    isCeiled: Bool = false, hasGuards: Bool = false
  ) -> Bool {
    let refusal = StressRefusal(
      largestOrder: 6, pageCount: 64, poolCount: pools, isCeiled: isCeiled, hasGuards: hasGuards)
    do throws(StressFault) {
      try refusal.check(error, of: request)
      return true
    } catch {
      return false
    }
  }

  @Test func exhaustedMeansFewerThanWereAskedFor() {
    #expect(isPlausible(error(.exhausted, free: 3, largest: 1)))
    #expect(!isPlausible(error(.exhausted, free: 4, largest: 1)))
    // Four pages on two nodes, which are no run of four.
    #expect(isPlausible(error(.exhausted, free: 4, largest: 1, otherNodes: 1), pools: 2))
  }

  @Test func belowTheCeilingAPoolIsNeverExhausted() {
    let error = error(.exhausted, free: 3, largest: 1)
    #expect(!isPlausible(error, isCeiled: true))
    #expect(isPlausible(error, isCeiled: true, hasGuards: true))
    #expect(isPlausible(error, pools: 2, isCeiled: true))
  }

  @Test func fragmentedMeansEnoughButNoBlock() {
    #expect(isPlausible(error(.fragmented, free: 4, largest: 1)))
    #expect(!isPlausible(error(.fragmented, free: 4, largest: 2)))
    #expect(!isPlausible(error(.fragmented, free: 3, largest: 1)))
  }

  @Test func largerThanRegionMeansThatItNeverFits() {
    let large = error(.largerThanRegion, free: 64, largest: 6, pages: 128, order: 7)
    #expect(isPlausible(large, .block(order: 7)))
    #expect(!isPlausible(error(.largerThanRegion, free: 0, largest: nil)))
    let many = error(.largerThanRegion, free: 64, largest: 6, pages: 65, order: 0)
    #expect(isPlausible(many, .singles(count: 65)))
  }

  @Test func anErrorIsOfItsRequest() {
    #expect(!isPlausible(error(.exhausted, free: 3, largest: 1, pages: 5)))
    #expect(!isPlausible(error(.exhausted, free: 3, largest: 1, order: 3)))
    #expect(!isPlausible(error(.exhausted, free: -1, largest: 1)))
    #expect(!isPlausible(error(.notBacked, free: 65, largest: 1)))
    #expect(isPlausible(error(.notBacked, free: 64, largest: 6)))
  }

  @Test(arguments: [OutOfMemory.Reason.limit, .notOwner, .noPoolOnNode, .injected])
  func aPoolWithoutSuchThingsHasNoSuchReasons(reason: OutOfMemory.Reason) {
    #expect(!isPlausible(error(reason, free: 0, largest: nil)))
  }
}
