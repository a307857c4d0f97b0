// A check that never fails checks nothing: here every bit of the metadata that means something is
// flipped in turn, and the walk has to notice each.
//
// Not everything can be noticed. The number of managed frames may be larger than it is, because
// allocated frames and frames that do not exist look alike. Padding to whole lines, the two unused
// ones of each eight lanes and the header's spare words mean nothing, and the layout version is for
// those who open metadata, not for those who have it open.

import MemoryTestSupport
import Testing

@testable import BuddyAllocator

@Suite("Buddy.checkInvariants: a damaged state is found")
struct BuddyInvariantsTests {
  /// A state with something of everything: blocks on three levels, allocated and withheld frames,
  /// frames that are not managed yet.
  private static func fixture() throws -> BuddyFixture {
    let fixture = BuddyFixture(frameCount: 8300, largestOrder: 12, managed: 8290)
    #expect(fixture.buddy.allocate(at: 0..<8290) == true)
    for frames in [3..<9, 64..<130, 1024..<1536, 4096..<8192, 8200..<8289] {
      try fixture.buddy.free(frames)
    }
    #expect(fixture.buddy.withhold(8210..<8215) == true)
    #expect(fixture.buddy.withhold(1100..<1101) == true)
    #expect((0...12).count { fixture.buddy.freeBlockCount(order: $0) > 0 } > 8)
    try fixture.buddy.checkInvariants()
    return fixture
  }

  /// The meaningful bits of each metadata word of this geometry.
  ///
  /// - Parameter ofMembersThatExist: false: instead the bits of set words and of the header's order
  ///   word that stand for a member, or an order, beyond the last.
  private static func meaningfulBits(
    _ layout: BuddyGeometry, ofMembersThatExist exist: Bool
  ) -> [Int: UInt64] {
    var bits: [Int: UInt64] = [:]
    func add(_ set: BitSetLayout, capacity: Int, lanes: Int) {
      var members = capacity
      for height in 0..<set.height {
        for index in 0..<(members + 63) / 64 {
          let left = members - 64 * index
          let existing = left >= 64 ? UInt64.max : 1 << UInt64(left) - 1
          for lane in 0..<lanes {
            bits[set.wordIndex(lane: lane, height: height, index: index)] =
              exist ? existing : ~existing
          }
        }
        members = (members + 63) / 64
      }
    }
    for level in 0..<layout.levelCount {
      let words = layout.levels[level]
      add(words.sets, capacity: words.wordCount, lanes: BuddyGeometry.ordersPerLevel)
      for word in 0..<words.wordCount where exist { bits[words.words + word] = .max }
    }
    add(layout.withheld, capacity: layout.frameCount, lanes: 1)
    let orders: UInt64 = 1 << UInt64(BuddyGeometry.ordersPerLevel * layout.levelCount) - 1
    bits[BuddyHeader.ordersPresent] = exist ? orders : ~orders
    guard exist else { return bits }
    layout.forEachDirectoryWord { word, _ in bits[word] = .max }
    for word in [BuddyHeader.magic, BuddyHeader.frameCount, BuddyHeader.largestOrder] {
      bits[word] = .max
    }
    let counts =
      [BuddyHeader.freeFrameCount, BuddyHeader.withheldFrameCount]
      + (0...layout.largestOrder).map { BuddyHeader.freeBlockCounts + $0 }
    for word in counts { bits[word] = .max }
    return bits
  }

  /// Flips the bits one at a time. Returns those that went unnoticed as "word.bit".
  private func unnoticed(_ bits: [Int: UInt64], in fixture: BuddyFixture) throws -> [String] {
    let words = fixture.buddy.words
    var unnoticed: [String] = []
    for (word, mask) in bits.sorted(by: { $0.key < $1.key }) {
      for bit in 0..<64 where mask >> UInt64(bit) & 1 == 1 {
        words[word] ^= 1 << UInt64(bit)
        do throws(InvariantViolation) {
          try fixture.buddy.checkInvariants()
          unnoticed.append("\(word).\(bit)")
        } catch {}
        words[word] ^= 1 << UInt64(bit)
      }
    }
    try fixture.buddy.checkInvariants()
    return unnoticed
  }

  @Test func everyFlippedBitIsFound() throws {
    let fixture = try Self.fixture()
    let bits = Self.meaningfulBits(fixture.buddy.geometry, ofMembersThatExist: true)
    #expect(bits.count > 150)
    #expect(try unnoticed(bits, in: fixture) == [])
  }

  /// Such a bit would lead the next allocation to a word behind the level, or to a level that is not
  /// there.
  @Test func aMemberThatDoesNotExistIsFound() throws {
    let fixture = try Self.fixture()
    let bits = Self.meaningfulBits(fixture.buddy.geometry, ofMembersThatExist: false)
    #expect(bits.count > 10)
    #expect(try unnoticed(bits, in: fixture) == [])
  }

  @Test func theViolationSaysWhereItIs() throws {
    let fixture = BuddyFixture(frameCount: 4096, largestOrder: 12)
    #expect(fixture.buddy.allocate(order: 0) == 0)
    let (words, layout) = (fixture.buddy.words, fixture.buddy.geometry)
    func violation(_ word: Int, flipping bits: UInt64) -> InvariantViolation? {
      words[word] ^= bits
      defer { words[word] ^= bits }
      do throws(InvariantViolation) { try fixture.buddy.checkInvariants() } catch { return error }
      return nil
    }
    #expect(violation(BuddyHeader.magic, flipping: 1) == .header)
    #expect(violation(BuddyHeader.freeFrameCount, flipping: 1) == .wrongFrameCount)
    #expect(violation(BuddyHeader.withheldFrameCount, flipping: 1) == .wrongWithheld)
    #expect(violation(BuddyHeader.ordersPresent, flipping: 1 << 3) == .wrongOrderBit(order: 3))
    #expect(
      violation(BuddyHeader.freeBlockCounts + 7, flipping: 1) == .wrongBlockCount(order: 7))
    // Frame 0 was allocated: freeing it behind the buddy's back makes the word full.
    #expect(
      violation(layout.levels[0].words, flipping: 1) == .unmergedWord(level: 0, word: 0))
    // Frame 70 is free by a bit of level 1.
    #expect(
      violation(layout.levels[0].words + 1, flipping: 1 << 6) == .freeTwice(level: 0, word: 1))
  }

  @Test func framesBehindTheManagedOnesMustNotBeFree() throws {
    let fixture = BuddyFixture(frameCount: 128, largestOrder: 5, managed: 70)
    let words = fixture.buddy.words
    words[fixture.buddy.geometry.levels[0].words + 1] |= 1 << 6
    #expect(throws: InvariantViolation.freeBeyondEnd(level: 0, word: 1)) {
      try fixture.buddy.checkInvariants()
    }
  }
}
