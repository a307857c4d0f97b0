// What a caller must never do traps, in debug and in release. Each case runs in a process of its own
// and says on stderr that its preparations are done before it does the forbidden thing, so that a
// failure on the way there does not pass for the trap.

import BuddyAllocator
import Glibc
import MemoryTestSupport
import Testing

@Suite("Buddy: programmers' errors trap")
struct BuddyCrashTests {
  enum Misuse: String, CaseIterable, Codable, Sendable {
    case allocateNegativeOrder, allocateLowestOrder
    case batchOfNegativeOrder, batchOfNegativeCount
    case allocateNoFrames, allocateNegativeFrames
    case allocateAtEmptyRange, withholdEmptyRange
    case extendBackwards, extendToNegative, extendBeyondTheEnd
    case countOfNegativeOrder, fragmentationOfNegativeOrder
    case withheldBelowZero, withheldBeyondTheEnd
    case noFrames, negativeFrames, tooManyFrames, negativeLargestOrder, tooLargeOrder
    case usedMetadata
    case blockOfNegativeOrder, blockOfOrder63, coveringNoFrames, fittingNoFrames
    case snapshotOfNegativeOrder, snapshotOfOrder36, snapshotIndexOfNegativeOrder
  }

  private static let marker = "prepared"

  @Test(arguments: Misuse.allCases)
  func traps(_ misuse: Misuse) async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [misuse] in
      try BuddyCrashTests.commit(misuse)
    }
    let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(output.contains(Self.marker), "it failed before it came to the point: \(output)")
    #if DEBUG
      // Ours, with a sentence; not an overflow or an index somewhere inside.
      let isOurs = output.contains("BuddyAllocator/") && output.contains("Precondition failed: ")
      #expect(isOurs, "not a precondition of the buddy: \(output)")
    #endif
  }

  /// The same preparations without the misuse end well.
  @Test func thePreparationsAloneDoNotTrap() async {
    await #expect(processExitsWith: .success) {
      let fixture = BuddyCrashTests.prepare()
      try fixture.buddy.checkInvariants()
    }
  }

  private static func prepare() -> BuddyFixture {
    let fixture = BuddyFixture(frameCount: 100, largestOrder: 6, managed: 50)
    let line = marker + "\n"
    // Unsafe: the bytes are read while the string is alive.
    _ = unsafe line.withCString { text in unsafe write(STDERR_FILENO, text, line.utf8.count) }
    return fixture
  }

  private static func commit(_ misuse: Misuse) throws {
    let fixture = prepare()
    switch misuse {
    case .allocateNegativeOrder: _ = fixture.buddy.allocate(order: -1)
    case .allocateLowestOrder: _ = fixture.buddy.allocate(order: .min)
    case .batchOfNegativeOrder: _ = fixture.buddy.allocateBatch(order: -1, count: 1) { _ in }
    case .batchOfNegativeCount: _ = fixture.buddy.allocateBatch(order: 0, count: -1) { _ in }
    case .allocateNoFrames: _ = fixture.buddy.allocate(frames: 0)
    case .allocateNegativeFrames: _ = fixture.buddy.allocate(frames: -1)
    case .allocateAtEmptyRange: _ = fixture.buddy.allocate(at: 3..<3)
    case .withholdEmptyRange: _ = fixture.buddy.withhold(3..<3)
    case .extendBackwards: fixture.buddy.extend(to: 49)
    case .extendToNegative: fixture.buddy.extend(to: -1)
    case .extendBeyondTheEnd: fixture.buddy.extend(to: 101)
    case .countOfNegativeOrder: _ = fixture.buddy.freeBlockCount(order: -1)
    case .fragmentationOfNegativeOrder: _ = fixture.buddy.fragmentationIndex(order: -1)
    case .withheldBelowZero: _ = fixture.buddy.isWithheld(-1)
    case .withheldBeyondTheEnd: _ = fixture.buddy.isWithheld(100)
    case .noFrames: _ = Buddy.metadataByteCount(frameCount: 0, largestOrder: 6)
    case .negativeFrames: _ = Buddy.metadataByteCount(frameCount: -1, largestOrder: 6)
    case .tooManyFrames: _ = Buddy.metadataByteCount(frameCount: 1 << 35 + 1, largestOrder: 6)
    case .negativeLargestOrder: _ = Buddy.metadataByteCount(frameCount: 1, largestOrder: -1)
    case .tooLargeOrder: _ = Buddy.metadataByteCount(frameCount: 1, largestOrder: 36)
    case .usedMetadata:
      // Unsafe: memory of this very geometry, alive until the process ends.
      _ = unsafe Buddy(metadata: fixture.memory.baseAddress, frameCount: 100, largestOrder: 6)
    case .blockOfNegativeOrder: _ = BlockOrder.frameCount(-1)
    case .blockOfOrder63: _ = BlockOrder.frameCount(63)
    case .coveringNoFrames: _ = BlockOrder.covering(frameCount: 0)
    case .fittingNoFrames: _ = BlockOrder.fitting(frameCount: 0)
    case .snapshotOfNegativeOrder: _ = fixture.buddy.freeBlocks[-1]
    case .snapshotOfOrder36:
      var counts = fixture.buddy.freeBlocks
      counts.add(1, order: 36)
    case .snapshotIndexOfNegativeOrder:
      _ = fixture.buddy.freeBlocks.fragmentationIndex(order: -1)
    }
    withExtendedLifetime(fixture) {}
  }
}
