import MemoryTestSupport
import Synchronization
import Testing

@testable import iopages

@Suite struct SharedSlotsTests {
  private func block(_ number: UInt64) -> StressBlock {
    StressBlock(.nothing, cookie: BlockCookie(number), owner: StressOwner(bits: 1))
  }

  @Test func aSlotGivesWhatWasPutIn() {
    let slots = SharedSlots(count: 2)
    #expect(slots.exchange(block(1), at: 0) == nil)
    #expect(slots.exchange(block(2), at: 0)?.cookie == BlockCookie(1))
    #expect(slots.exchange(nil, at: 1) == nil)
    #expect(slots.exchange(nil, at: 0)?.cookie == BlockCookie(2))
    #expect(slots.exchange(nil, at: 0) == nil)
  }

  @Test func whatIsLeftIsLetGoOf() {
    weak var left: StressBlock?
    do {
      let slots = SharedSlots(count: 1)
      let block = block(1)
      left = block
      _ = slots.exchange(block, at: 0)
    }
    #expect(left == nil)
  }

  @Test func nothingIsLostBetweenThreads() {
    let slots = SharedSlots(count: 4)
    let sum = Atomic<UInt64>(0)
    onThreads(3) { thread in
      for number in 1...5000 {
        let index = (number &* 7 &+ thread) % 4
        if let other = slots.exchange(block(UInt64(number)), at: index) {
          sum.add(other.cookie.value, ordering: .relaxed)
        }
      }
    }
    for index in 0..<4 {
      if let left = slots.exchange(nil, at: index) {
        sum.add(left.cookie.value, ordering: .relaxed)
      }
    }
    #expect(sum.load(ordering: .relaxed) == 3 * 5000 * 5001 / 2)
  }
}
