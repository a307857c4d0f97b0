import BuddyAllocator
import MemoryTestSupport
import Testing

@Suite("Buddy.extend(to:): frames come under the buddy's care")
struct BuddyExtendTests {
  /// However a region is committed step by step, it ends as if it had come at once.
  @Test(arguments: [1, 7, 64, 100, 4096], [0, 5, 6, 12])
  func stepsLeadToTheSameState(step: Int, largestOrder: Int) throws {
    let whole = BuddyFixture(frameCount: 5000, largestOrder: largestOrder)
    let stepwise = BuddyFixture(frameCount: 5000, largestOrder: largestOrder, managed: 0)
    for managed in stride(from: step, to: 5000, by: step) {
      stepwise.buddy.extend(to: managed)
      #expect(stepwise.buddy.managedFrameCount == managed)
      #expect(stepwise.buddy.freeFrameCount == managed)
    }
    stepwise.buddy.extend(to: 5000)
    #expect(stepwise.memory.holds(whole.memory.bytes))
    try stepwise.buddy.checkInvariants()
  }

  @Test func newFramesMergeWithOldOnes() throws {
    let fixture = BuddyFixture(frameCount: 128, largestOrder: 7, managed: 63)
    #expect(fixture.buddy.largestFreeOrder == 5)
    fixture.buddy.extend(to: 64)
    #expect(fixture.freeBlocks == [FreeBlock(frame: 0, order: 6)])
    #expect(fixture.buddy.allocate(order: 0) == 0)
    fixture.buddy.extend(to: 128)
    #expect(fixture.buddy.largestFreeOrder == 6)
    try fixture.buddy.free(0, order: 0)
    #expect(fixture.freeBlocks == [FreeBlock(frame: 0, order: 7)])
  }

  @Test func extendingByNothingChangesNothing() throws {
    let fixture = BuddyFixture(frameCount: 100, largestOrder: 6, managed: 50)
    try fixture.expectNoChange { $0.extend(to: 50) }
    fixture.buddy.extend(to: 100)
    try fixture.expectNoChange { $0.extend(to: 100) }
  }

  @Test func framesThatAreNotManagedAreNeitherFreeNorAllocated() throws {
    let fixture = BuddyFixture(frameCount: 100, largestOrder: 6, managed: 50)
    try fixture.expectNoChange { buddy in
      #expect(buddy.freeBlock(containing: 50) == nil)
      #expect(buddy.nextFreeBlock(from: 50) == nil)
      #expect(buddy.allocate(at: 50..<51) == false)
      #expect(buddy.withhold(50..<51) == false)
      #expect(throws: InvalidFree.outOfRange) { try buddy.free(50, order: 0) }
      #expect(throws: InvalidFree.outOfRange) { try buddy.free(49..<51) }
      #expect(throws: InvalidFree.outOfRange) { try buddy.release(50..<51) }
    }
  }
}
