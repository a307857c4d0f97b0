import BuddyAllocator
import MemoryTestSupport
import Testing

@testable import BuddyAllocator

/// The depot against a set of integers, with a buddy behind it that knows what is allocated.
@Suite struct BlockDepotTests {
  private func withDepot(
    frames: Int, order: Int, _ body: (inout BlockDepot, inout Buddy) throws -> Void
  ) rethrows {
    let metadata = ZeroedMemory(
      byteCount: Buddy.metadataByteCount(frameCount: frames, largestOrder: 10))
    let books = ZeroedMemory(
      byteCount: BlockDepot.metadataByteCount(frameCount: frames, order: order))
    var buddy = unsafe Buddy(
      metadata: metadata.baseAddress, frameCount: frames, largestOrder: 10)
    buddy.extend(to: frames)
    let isTaken = buddy.allocate(at: 0..<frames)
    #expect(isTaken)
    var depot = unsafe BlockDepot(metadata: books.baseAddress, frameCount: frames, order: order)
    try body(&depot, &buddy)
    withExtendedLifetime((metadata, books)) {}
  }

  /// Runs `body` and returns the error that it throws.
  private func refusal(_ body: () throws(InvalidFree) -> Void) -> InvalidFree? {
    do throws(InvalidFree) {
      try body()
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [0, 1, 2], [64, 1000, 4096, 70_000])
  func itIsASetInAddressOrder(order: Int, frames: Int) throws {
    var random = SplitMix64(seed: TestSeed.choose(for: "itIsASetInAddressOrder"))
    try withDepot(frames: frames, order: order) { depot, buddy in
      var model: Set<Int> = []
      var isOut = Set((0..<frames >> order).map { $0 << order })
      for _ in 0..<2000 {
        if Bool.random(using: &random), let frame = isOut.randomElement(using: &random) {
          isOut.remove(frame)
          model.insert(frame)
          try depot.insert([frame], into: &buddy)
          // A group that is complete has gone to the buddy.
          let group = (frame >> (order + 6)) << (order + 6)
          let members = (0..<64).map { group + $0 << order }
          if members.allSatisfy(model.contains) {
            model.subtract(members)
            let merged = buddy.freeBlock(containing: group)
            #expect(merged != nil)
            let isTaken = buddy.allocate(at: group..<group + 64 << order)
            #expect(isTaken)
            isOut.formUnion(members)
          }
        } else {
          let wanted = Int.random(in: 1...64, using: &random)
          let taken = depot.takeBlocks(atMost: wanted)
          let frames = (0..<64).filter { taken.starts >> UInt64($0) & 1 == 1 }
            .map { taken.firstFrame + $0 << taken.shift }
          let lowest = model.min()
          let group = model.sorted().prefix { $0 >> (order + 6) == (lowest ?? 0) >> (order + 6) }
          #expect(frames == Array(group.prefix(wanted)))
          model.subtract(frames)
          isOut.formUnion(frames)
        }
        #expect(depot.blockCount == model.count)
      }
      let isConsistent = depot.isConsistent(frameCount: frames)
      #expect(isConsistent)
      for frame in model {
        let isIn = depot.contains(frame: frame)
        #expect(isIn)
      }
      try depot.empty(into: &buddy)
      #expect(depot.blockCount == 0)
      #expect(buddy.freeFrameCount == model.count << order)
      for frame in model {
        let block = buddy.freeBlock(containing: frame)
        #expect(block != nil)
      }
      try buddy.checkInvariants()
    }
  }

  @Test func aBlockThatIsInItAlreadyIsRefused() throws {
    try withDepot(frames: 256, order: 1) { depot, buddy in
      try depot.insert([8, 10], into: &buddy)
      let error = refusal { () throws(InvalidFree) in
        try depot.insert([12, 10, 14], into: &buddy)
      }
      #expect(error == .alreadyFree)
      #expect(depot.blockCount == 3, "the one before it is in")
    }
  }

  @Test func whatTheBuddyHasIsRefusedWhenItIsMerged() throws {
    try withDepot(frames: 128, order: 0) { depot, buddy in
      try buddy.free(5, order: 0)
      try depot.insert(Array(0..<63), into: &buddy)
      let error = refusal { () throws(InvalidFree) in
        try depot.insert([63], into: &buddy)
      }
      #expect(error == .alreadyFree)
    }
  }
}

extension BlockDepot {
  /// Puts blocks in as a pool does, which tells frames by addresses.
  fileprivate mutating func insert(
    _ frames: [Int], into buddy: inout Buddy
  ) throws(InvalidFree) {
    let places = frames.map { 0x7000_0000 + UInt($0) << 12 }
    try insert(places.span, origin: 0x7000_0000, frameShift: 12, completing: &buddy)
  }
}
