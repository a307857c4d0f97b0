import IOPages
import MemoryTestSupport
import Testing

/// What both kinds of rings promise, on one thread.
@Suite(.leavesNoPages) struct RingTests {
  @Test(arguments: RingKind.allCases, [(1, 1), (2, 2), (3, 4), (5, 8), (64, 64), (65, 128)])
  func capacitiesAreRoundedUpToPowersOfTwo(kind: RingKind, capacity: (asked: Int, given: Int)) {
    let ring = kind.makeRing(capacity: capacity.asked)
    #expect(ring.producer.capacity == capacity.given)
    #expect(ring.consumer.capacity == capacity.given)
  }

  @Test func capacitiesOutOfRangeTrap() async {
    await #expect(processExitsWith: .trap) { _ = SingleProducerRing<IOPage>(capacity: 0) }
    await #expect(processExitsWith: .trap) { _ = SingleProducerRing<IOPage>(capacity: -1) }
    await #expect(processExitsWith: .trap) { _ = SingleProducerRing<IOPage>(capacity: .max) }
    await #expect(processExitsWith: .trap) { _ = MultiProducerRing<IOPage>(capacity: 0) }
    await #expect(processExitsWith: .trap) { _ = MultiProducerRing<IOPage>(capacity: .min) }
    await #expect(processExitsWith: .trap) { _ = MultiProducerRing<IOPage>(capacity: 1 << 32 + 1) }
  }

  /// Filled to the brim and emptied, from every slot on: a page too many comes back, and it is the
  /// same one.
  @Test(arguments: RingKind.allCases, [1, 2, 3, 8, 31])
  func aFullRingGivesTheElementBack(kind: RingKind, capacity: Int) throws {
    let pages = try NumberedPages(count: 256)
    let ring = kind.makeRing(capacity: capacity)
    let room = ring.consumer.capacity
    var next: UInt64 = 0
    for start in 0...room {
      for _ in 0..<start {
        #expect(ring.producer.accepts(pages.page(0)) == true)
        #expect(ring.consumer.popNumber() != nil)
      }
      #expect(ring.consumer.popNumber() == nil)
      #expect(ring.consumer.count == 0)
      let first = next
      for count in 1...room {
        #expect(ring.producer.accepts(pages.page(next)) == true)
        #expect(ring.consumer.count == count)
        next += 1
      }
      #expect(ring.producer.refuses(pages.page(1 << 40)) == 1 << 40)
      #expect(!ring.producer.isClosed)
      for number in first..<next { #expect(ring.consumer.popNumber() == number) }
      #expect(ring.consumer.popNumber() == nil)
      #expect(!ring.consumer.isFinished)
    }
    #expect(pages.outstanding == 0)
  }

  @Test(arguments: RingKind.allCases) func aRingIsAQueue(kind: RingKind) throws {
    let seed = TestSeed.choose(for: "aRingIsAQueue, \(kind)")
    var random = SplitMix64(seed: seed)
    for _ in 0..<40 {
      let pages = try NumberedPages(count: 256)
      let ring = kind.makeRing(capacity: random.size(upTo: 100))
      var model: [UInt64] = []
      var next: UInt64 = 0
      // In turns more likely to be filled and to be emptied.
      for step in 0..<1000 {
        let isFilling = (step / 150) % 2 == 0
        if random.number(below: 10) < (isFilling ? 7 : 3) {
          let isAccepted = ring.producer.accepts(pages.page(next))
          #expect(isAccepted == (model.count < ring.producer.capacity))
          if isAccepted { model.append(next) }
          next += 1
        } else {
          #expect(ring.consumer.popNumber() == model.first)
          if !model.isEmpty { model.removeFirst() }
        }
        #expect(ring.consumer.count == model.count)
        #expect(pages.outstanding == model.count)
      }
      ring.consumer.drop()
      #expect(pages.outstanding == 0)
    }
  }

  @Test(arguments: RingKind.allCases)
  func theConsumerTakesWhatIsInTheRingWithIt(kind: RingKind) throws {
    let pages = try NumberedPages(count: 16)
    for position in 0..<5 {
      let ring = kind.makeRing(capacity: 4)
      for _ in 0..<position {
        #expect(ring.producer.accepts(pages.page(0)) == true)
        #expect(ring.consumer.popNumber() != nil)
      }
      for number in 1...3 { #expect(ring.producer.accepts(pages.page(UInt64(number))) == true) }
      #expect(ring.consumer.popNumber() == 1)
      #expect(!ring.producer.isClosed)
      ring.consumer.drop()
      #expect(pages.outstanding == 0)
      #expect(ring.producer.isClosed)
      // What comes afterwards is the producer's still, however often it tries.
      for number in 4...12 {
        #expect(ring.producer.refuses(pages.page(UInt64(number))) == UInt64(number))
        #expect(ring.producer.isClosed)
      }
      ring.producer.drop()
      #expect(pages.outstanding == 0)
    }
  }

  @Test(arguments: RingKind.allCases)
  func theConsumerGetsWhatTheProducerLeaves(kind: RingKind) throws {
    let pages = try NumberedPages(count: 16)
    let ring = kind.makeRing(capacity: 4)
    for number in 1...3 { #expect(ring.producer.accepts(pages.page(UInt64(number))) == true) }
    #expect(ring.consumer.popNumber() == 1)
    ring.producer.drop()
    #expect(pages.outstanding == 2)
    #expect(!ring.consumer.isFinished)
    #expect(ring.consumer.popNumber() == 2)
    #expect(!ring.consumer.isFinished)
    #expect(ring.consumer.popNumber() == 3)
    #expect(ring.consumer.isFinished)
    #expect(ring.consumer.popNumber() == nil)
    #expect(pages.outstanding == 0)
  }

  @Test(arguments: RingKind.allCases)
  func aRingThatNobodyUsesLeavesNothingBehind(kind: RingKind) throws {
    let pages = try NumberedPages(count: 16)
    do {
      let ring = kind.makeRing(capacity: 4)
      #expect(ring.producer.accepts(pages.page(1)) == true)
      ring.producer.drop()
      #expect(pages.outstanding == 1)
    }
    #expect(pages.outstanding == 0)
    do {
      let whole = SingleProducerRing<IOPage>(capacity: 4)
      _ = consume whole
      let other = MultiProducerRing<IOPage>(capacity: 4)
      _ = consume other
    }
  }
}
