// Interleaved hierarchical bit sets against Swift's own sets.

import MemoryTestSupport
import Testing

@testable import BuddyAllocator

@Suite("HierarchicalBitSet: members, summaries and lanes")
struct HierarchicalBitSetTests {
  static let seed = TestSeed.choose(for: "HierarchicalBitSetTests")
  static let capacities = [1, 2, 63, 64, 65, 4095, 4096, 4097, 262_144, 262_145]

  /// Interleaved sets in memory of their own: first their directory entry, then words that belong to
  /// somebody else, then theirs.
  private final class Fixture {
    static let base = 13
    let layout: BitSetLayout
    let memory: ZeroedMemory
    let words: MetadataWords
    let set = HierarchicalBitSet(entry: 0, laneShift: 3)

    init(capacity: Int) {
      layout = BitSetLayout(capacity: capacity, base: Self.base, laneShift: 3)
      let count = Self.base + layout.footprint
      memory = ZeroedMemory(byteCount: count * 8)
      // Unsafe: the memory has this many words and lives as long as the fixture.
      let words = unsafe MetadataWords(memory.baseAddress, count: count)
      layout.forEachDirectoryWord { words[$0] = $1 }
      self.words = words
    }
  }

  @Test(arguments: capacities)
  func answersAsSetsDo(capacity: Int) {
    let fixture = Fixture(capacity: capacity)
    let (set, words) = (fixture.set, fixture.words)
    var random = SplitMix64(seed: Self.seed ^ UInt64(capacity))
    var models = [Set<Int>](repeating: [], count: 8)
    for step in 0..<2000 {
      let lane = random.number(below: 8)
      // Mostly a few members, so that sets become empty again and again.
      let isGrowing = models[lane].isEmpty || random.number(below: 16) > models[lane].count
      if isGrowing {
        let member = random.once(in: 4) ? capacity - 1 : random.number(below: capacity)
        let wasEmpty = models[lane].isEmpty
        #expect(set.insert(member, lane: lane, in: words) == wasEmpty)
        models[lane].insert(member)
      } else {
        let member = random.element(of: models[lane].sorted())
        models[lane].remove(member)
        #expect(set.remove(member, lane: lane, in: words) == models[lane].isEmpty)
      }
      for lane in 0..<8 {
        if let first = models[lane].min() {
          #expect(set.first(lane: lane, in: words) == first)
          #expect(set.contains(first, lane: lane, in: words))
        }
        let other = random.number(below: capacity)
        #expect(set.contains(other, lane: lane, in: words) == models[lane].contains(other))
        #expect(intersectionsAgree(set, models[lane], around: other, lane: lane, in: words))
      }
      if step % 200 == 0 {
        for lane in 0..<8 {
          #expect(set.isConsistent(lane: lane, capacity: capacity, in: words))
        }
      }
    }
    for word in 7..<Fixture.base {
      #expect(words[word] == 0, "a word of somebody else was written")
    }
    withExtendedLifetime(fixture) {}
  }

  @Test(arguments: [1, 64, 65, 4097, 262_145])
  func rangesAreAsTheirMembersOneByOne(capacity: Int) {
    let fixture = Fixture(capacity: capacity)
    let (set, words) = (fixture.set, fixture.words)
    var random = SplitMix64(seed: Self.seed ^ UInt64(capacity) << 32)
    var model = [Bool](repeating: false, count: capacity)
    for _ in 0..<60 {
      let first = random.number(below: capacity)
      let range = first..<min(capacity, first + random.size(upTo: capacity))
      let isInsertion = random.once(in: 2)
      if isInsertion {
        set.insert(range, lane: 0, in: words)
      } else {
        set.remove(range, lane: 0, in: words)
      }
      for member in range { model[member] = isInsertion }
      #expect(set.isConsistent(lane: 0, capacity: capacity, in: words))
      #expect(set.contains(range, lane: 0, in: words) == isInsertion)
      #expect(set.contains(0..<capacity, lane: 0, in: words) == model.allSatisfy { $0 })
      if let first = model.firstIndex(of: true) {
        #expect(set.first(lane: 0, in: words) == first)
      }
    }
    for (member, isMember) in model.enumerated()
    where set.contains(member, lane: 0, in: words) != isMember {
      Issue.record("Member \(member) of \(capacity).")
    }
    withExtendedLifetime(fixture) {}
  }

  /// Whether the aligned blocks of 64^height times 1, 2, 4 … 32 members around `member` are told to
  /// hold members exactly if they do.
  private func intersectionsAgree(
    _ set: HierarchicalBitSet, _ model: Set<Int>, around member: Int, lane: Int,
    in words: MetadataWords
  ) -> Bool {
    // One height more than the set has: there the whole set is one block.
    for height in 0...set.height(in: words) {
      for order in 0..<6 {
        let shift = 6 * height + order
        let first = (member >> shift) << shift
        let bit = first >> (6 * height)
        let actual = set.intersects(
          height: height, index: bit >> 6, mask: FrameWord.run(order: order) << UInt64(bit & 63),
          lane: lane, in: words)
        if actual != model.contains(where: { $0 >> shift == member >> shift }) { return false }
      }
    }
    return true
  }

  @Test(arguments: capacities)
  func anEmptiedSetLeavesNoTrace(capacity: Int) {
    let fixture = Fixture(capacity: capacity)
    let (set, words) = (fixture.set, fixture.words)
    let members = Array(Set([0, 1, 63, 64, capacity / 2, capacity - 1].filter { $0 < capacity }))
    let before = fixture.memory.bytes
    for member in members { _ = set.insert(member, lane: 0, in: words) }
    #expect(!fixture.memory.holds(before))
    for member in members { _ = set.remove(member, lane: 0, in: words) }
    #expect(fixture.memory.holds(before))
  }

  /// A summary that promises a member where there is none must not lead to a word of somebody else.
  @Test(arguments: [1, 65, 4097])
  func theFirstMemberOfAnEmptySetTraps(capacity: Int) async {
    await #expect(processExitsWith: .failure) { [capacity] in
      let fixture = Fixture(capacity: capacity)
      _ = fixture.set.first(lane: 0, in: fixture.words)
      withExtendedLifetime(fixture) {}
    }
  }

  @Test func aWrongSummaryIsFound() {
    let fixture = Fixture(capacity: 5000)
    let (set, words) = (fixture.set, fixture.words)
    _ = set.insert(4711, lane: 0, in: words)
    #expect(set.isConsistent(lane: 0, capacity: 5000, in: words))
    for height in 0..<set.height(in: words) {
      let index = set.wordIndex(
        lane: 0, height: height, index: 4711 >> (6 * (height + 1)), in: words)
      let word = words[index]
      words[index] = 0
      #expect(!set.isConsistent(lane: 0, capacity: 5000, in: words), "height \(height)")
      words[index] = word
    }
    withExtendedLifetime(fixture) {}
  }
}
