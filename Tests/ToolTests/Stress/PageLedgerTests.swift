import MemoryTestSupport
import Synchronization
import Testing

@testable import iopages

@Suite struct PageLedgerTests {
  @Test func nobodyExceedsTheCeiling() {
    let ledger = PageLedger(pageCount: 100, fill: 0.5)
    #expect(ledger.ceiling == 50)
    #expect(ledger.announce(49))
    #expect(ledger.isLow)
    #expect(!ledger.announce(2))
    #expect(ledger.announce(1))
    #expect(!ledger.isLow)
    ledger.takeOff(50)
    #expect(ledger.pages == 0)
  }

  @Test func aboveOneThereIsNoCeiling() {
    let ledger = PageLedger(pageCount: 100, fill: 1.5)
    #expect(ledger.ceiling == nil)
    #expect(ledger.announce(149))
    #expect(ledger.isLow)
    #expect(ledger.announce(1000))
    #expect(!ledger.isLow)
    #expect(!ledger.hasRoomForParts)
  }

  @Test func partsCountAsPages() {
    let ledger = PageLedger(pageCount: 10, fill: 1)
    #expect(ledger.announce(9))
    ledger.addParts(1)
    #expect(!ledger.announce(1))
    #expect(ledger.hasRoomForParts)
    ledger.addParts(10)
    #expect(!ledger.hasRoomForParts)
  }

  @Test func threadsTogetherNeverExceedIt() {
    let ledger = PageLedger(pageCount: 7, fill: 1)
    let most = Atomic<Int>(0)
    let held = Atomic<Int>(0)
    onThreads(3) { _ in
      for _ in 0..<20_000 where ledger.announce(3) {
        most.max(held.add(3, ordering: .relaxed).newValue, ordering: .relaxed)
        held.subtract(3, ordering: .relaxed)
        ledger.takeOff(3)
      }
    }
    #expect(most.load(ordering: .relaxed) <= 7)
    #expect(ledger.pages == 0)
  }
}
