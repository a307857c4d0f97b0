import IOPages
import Testing

@testable import iopages

@Suite struct AgedRegionTests {
  private let pageCount = 16_384

  @Test func fillsToNineTenthsAndStaysThere() throws {
    let subject = BuddyFrames(frameCount: pageCount)
    let region = AgedRegion(of: subject, pageCount: pageCount, largestOrder: 5, seed: 1)
    region.grow()
    #expect(region.livePages * 10 >= pageCount * 9)
    #expect(region.livePages < pageCount * 9 / 10 + 32)
    #expect(region.churn(steps: 10_000) == 0)
    #expect(region.livePages * 10 >= pageCount * 8)
    let before = region.livePages
    region.giveBackHalf()
    #expect(region.livePages < before * 6 / 10)
  }

  @Test func countsWhatCanBeHad() {
    let subject = BuddyFrames(frameCount: pageCount)
    let region = AgedRegion(of: subject, pageCount: pageCount, largestOrder: 5, seed: 1)
    #expect(region.largestObtainableOrder() == 14)
    #expect(region.obtainableBlocks(order: 9) == pageCount / 512)
    #expect(region.obtainableBlocks(order: 9) == pageCount / 512, "all were given back")
  }

  @Test func countsRequestsThatFail() {
    // Half of the region is all there is.
    let subject = BuddyFrames(frameCount: pageCount / 2)
    let region = AgedRegion(of: subject, pageCount: pageCount, largestOrder: 5, seed: 1)
    region.grow()
    #expect(region.livePages <= pageCount / 2)
    #expect(region.churn(steps: 1000) > 0)
  }
}
