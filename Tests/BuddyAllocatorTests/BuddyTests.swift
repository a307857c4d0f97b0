// What a fresh buddy is and what it costs.

import BuddyAllocator
import MemoryTestSupport
import Testing

@Suite("Buddy: geometry, metadata and what it touches")
struct BuddyTests {
  @Test(arguments: BuddyModelTests.geometries(frameCounts: [1, 64, 65, 12345]))
  func aFreshBuddyManagesNothing(_ geometry: Geometry) throws {
    let fixture = BuddyFixture(
      frameCount: geometry.frameCount, largestOrder: geometry.largestOrder, managed: 0)
    #expect(fixture.buddy.frameCount == geometry.frameCount)
    #expect(fixture.buddy.largestOrder == geometry.largestOrder)
    #expect(fixture.buddy.managedFrameCount == 0)
    #expect(fixture.buddy.freeFrameCount == 0)
    #expect(fixture.buddy.withheldFrameCount == 0)
    #expect(fixture.buddy.largestFreeOrder == nil)
    #expect(fixture.freeBlocks.isEmpty)
    try fixture.expectNoChange { buddy in
      #expect(buddy.allocate(order: 0) == nil)
      #expect(buddy.allocate(frames: 1) == nil)
      #expect(buddy.allocate(at: 0..<1) == false)
      #expect(throws: InvalidFree.outOfRange) { try buddy.free(0, order: 0) }
      #expect(throws: InvalidFree.outOfRange) { try buddy.free(0..<1) }
    }
  }

  /// Side tables together may take 0.05 % of the region; the buddy is the largest of them.
  @Test(arguments: [64 << 20, (64 << 20) + 4096, 1 << 30, 1 << 34, 1 << 40, 1 << 47])
  func metadataIsATinyPartOfTheRegion(byteCount: Int) {
    let metadata = Buddy.metadataByteCount(frameCount: byteCount / 4096, largestOrder: 18)
    #expect(metadata > 0)
    #expect(metadata * 2000 <= byteCount, "\(metadata) bytes for \(byteCount)")
  }

  /// Metadata depends on the geometry only, never falls as a region grows, and is whole lines.
  @Test func metadataGrowsWithTheRegion() {
    for largestOrder in BuddyModelTests.largestOrders {
      var previous = 0
      for frameCount in [1, 63, 64, 65, 4095, 4096, 4097, 262_144, 262_145, 1 << 28, 1 << 35] {
        let metadata = Buddy.metadataByteCount(frameCount: frameCount, largestOrder: largestOrder)
        #expect(metadata >= previous && metadata.isMultiple(of: 64))
        previous = metadata
      }
    }
  }

  /// Opening must not cost what the region could ever need: neither a reserved terabyte, nor one
  /// that is free from end to end, nor the first page taken out of it and put back.
  @Test func aTerabyteTouchesLittleMetadata() throws {
    let fixture = BuddyFixture(frameCount: 1 << 28, largestOrder: 18, managed: 0)
    // The header, which may lie across the border of two pages.
    #expect(fixture.memory.residentByteCount <= 8192)
    fixture.buddy.extend(to: 1 << 28)
    #expect(fixture.buddy.freeBlockCount(order: 18) == 1024)
    #expect(fixture.memory.residentByteCount < 64 << 10)
    #expect(fixture.buddy.allocate(order: 0) == 0)
    #expect(fixture.buddy.freeFrameCount == 1 << 28 - 1)
    try fixture.buddy.free(0, order: 0)
    #expect(fixture.buddy.freeBlockCount(order: 18) == 1024)
    #expect(fixture.memory.residentByteCount < 128 << 10)
  }

  /// The largest geometry there is: all of a process's addresses in one block of order 35.
  @Test func theLargestRegionIsOneBlock() throws {
    let fixture = BuddyFixture(frameCount: 1 << 35, largestOrder: 35)
    let whole = FreeBlock(frame: 0, order: 35)
    #expect(fixture.freeBlocks == [whole])
    #expect(fixture.buddy.allocate(order: 0) == 0)
    // Splitting leaves one block of each order, the last of them half of everything.
    #expect((0..<35).allSatisfy { fixture.buddy.freeBlockCount(order: $0) == 1 })
    #expect(fixture.buddy.freeBlock(containing: .max >> 28) == FreeBlock(frame: 1 << 34, order: 34))
    #expect(fixture.buddy.allocate(at: (1 << 35) - 1..<1 << 35) == true)
    try fixture.buddy.free((1 << 35) - 1, order: 0)
    #expect(throws: InvalidFree.alreadyFree) { try fixture.buddy.free((1 << 35) - 1, order: 0) }
    try fixture.buddy.free(0, order: 0)
    #expect(fixture.freeBlocks == [whole])
    #expect(fixture.buddy.allocate(order: 35) == 0)
    #expect(fixture.buddy.freeFrameCount == 0)
    try fixture.buddy.free(0..<1 << 35)
    #expect(fixture.freeBlocks == [whole])
  }
}
