import Glibc
import IOPages
import MemoryTestSupport
import Synchronization
import Testing

/// Consumers that wait in a task. None of these tests blocks a thread that tasks run on.
@Suite(.leavesNoPages, .tags(.concurrency)) struct RingWaitingTests {
  private static let handOvers: UInt64 = 20_000
  private static let rounds = 300

  @Test(arguments: RingKind.allCases) func whatIsThereIsNotWaitedFor(kind: RingKind) async throws {
    let pages = try NumberedPages(count: 16)
    let ring = kind.makeRing(capacity: 4)
    for number in 1...3 { #expect(ring.producer.accepts(pages.page(UInt64(number))) == true) }
    ring.producer.drop()
    for number in 1...3 { #expect(await ring.consumer.nextNumber() == UInt64(number)) }
    #expect(await ring.consumer.nextNumber() == nil)
    #expect(ring.consumer.isFinished)
    #expect(pages.outstanding == 0)
  }

  /// Two tasks pass one page to and fro: each waits for the other each time.
  @Test(arguments: RingKind.allCases) func everyHandOverWakesTheConsumer(
    kind: RingKind
  ) async throws {
    let pages = try NumberedPages(count: 1)
    let (there, back) = (kind.makeRing(capacity: 1), kind.makeRing(capacity: 2))
    let echo = Task {
      var count: UInt64 = 0
      while var page = await there.consumer.next() {
        count += 1
        page.storeBytes(of: count, toByteOffset: 0, as: UInt64.self)
        back.producer.pushWaiting(page)
      }
      back.producer.drop()
      return count
    }
    let total = RingWaitingTests.handOvers / 2
    there.producer.pushWaiting(pages.page(0))
    for number in 1...total {
      guard let page = await back.consumer.next() else {
        Issue.record("The stream ended after \(number - 1) hand-overs.")
        break
      }
      if page.number != number { Issue.record("\(page.number) instead of \(number)") }
      if number < total { there.producer.pushWaiting(page) }
    }
    there.producer.drop()
    #expect(await echo.value == total)
    #expect(await back.consumer.nextNumber() == nil)
    #expect(pages.outstanding == 0)
  }

  /// A thread that is no task puts pages in, at a pace at which the consumer sometimes waits.
  @Test(arguments: RingKind.allCases, [1, 16])
  func aThreadWakesATask(kind: RingKind, capacity: Int) async throws {
    let pages = try NumberedPages(count: 64)
    let ring = kind.makeRing(capacity: capacity)
    let total = RingWaitingTests.handOvers / 4
    let thread = RunningThread {
      for number in 0..<total {
        ring.producer.pushWaiting(pages.page(number))
        if number % 64 < 8 { sched_yield() }
      }
      ring.producer.drop()
    }
    var expected: UInt64 = 0
    while let number = await ring.consumer.nextNumber() {
      if number != expected { Issue.record("\(number) instead of \(expected)") }
      expected = number + 1
    }
    #expect(expected == total)
    #expect(ring.consumer.isFinished)
    // It has dropped its end: there is next to nothing left for it to do.
    thread.wait()
    #expect(pages.outstanding == 0)
  }

  @Test(arguments: RingKind.allCases) func theEndWakesTheConsumer(kind: RingKind) async {
    for _ in 0..<RingWaitingTests.rounds {
      let ring = kind.makeRing(capacity: 2)
      let consumer = Task { await ring.consumer.nextNumber() }
      await Task.yield()
      ring.producer.drop()
      #expect(await consumer.value == nil)
      #expect(ring.consumer.isFinished)
    }
  }

  @Test func theLastOfSeveralProducersWakesTheConsumer() async {
    for _ in 0..<RingWaitingTests.rounds {
      let ring = MultiProducerRing<IOPage>(capacity: 2)
      let second = HandOver(ring.producer.another())
      let first = HandOver(ring.producer)
      let consumer = HandOver(ring.consumer)
      async let firstGoes: Void = { _ = first.take() }()
      async let secondGoes: Void = { _ = second.take() }()
      var end = consumer.take()
      let isEnd = await end.next() == nil
      #expect(isEnd)
      #expect(end.isFinished == true)
      _ = await (firstGoes, secondGoes)
    }
  }

  @Test(arguments: RingKind.allCases) func aCancelledTaskDoesNotWait(kind: RingKind) async throws {
    let pages = try NumberedPages(count: 16)
    let ring = kind.makeRing(capacity: 4)
    #expect(ring.producer.accepts(pages.page(1)) == true)
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return await ring.consumer.nextNumber()
    }
    task.cancel()
    #expect(await task.value == nil)
    // Not lost, and not the end.
    #expect(!ring.consumer.isFinished)
    #expect(ring.consumer.popNumber() == 1)
    #expect(pages.outstanding == 0)
  }

  /// The one who was cancelled leaves an announcement behind, which must do no harm to the next.
  @Test(arguments: RingKind.allCases) func waitingAgainAfterACancellation(
    kind: RingKind
  ) async throws {
    let pages = try NumberedPages(count: 16)
    let ring = kind.makeRing(capacity: 2)
    for round in 0..<UInt64(RingWaitingTests.rounds) {
      let cancelled = Task { await ring.consumer.nextNumber() }
      await Task.yield()
      cancelled.cancel()
      #expect(await cancelled.value == nil)
      let waiting = Task { await ring.consumer.nextNumber() }
      if round % 2 == 0 { await Task.yield() }
      #expect(ring.producer.accepts(pages.page(round)) == true)
      #expect(await waiting.value == round)
      // And once more without anybody who waits for it.
      #expect(ring.producer.accepts(pages.page(round)) == true)
      #expect(ring.consumer.popNumber() == round)
    }
    #expect(pages.outstanding == 0)
  }

  /// An element and a cancellation at once: the element is handed over, or it is in the ring.
  @Test(arguments: RingKind.allCases) func aCancellationLosesNothing(kind: RingKind) async throws {
    let pages = try NumberedPages(count: 16)
    let ring = kind.makeRing(capacity: 2)
    for round in 0..<UInt64(RingWaitingTests.rounds) {
      let waiting = Task { await ring.consumer.nextNumber() }
      if round % 2 == 0 { await Task.yield() }
      async let pushes = ring.producer.accepts(pages.page(round))
      waiting.cancel()
      #expect(await pushes)
      let received = await waiting.value
      if received == nil {
        #expect(ring.consumer.popNumber() == round)
      } else {
        #expect(received == round)
      }
      #expect(pages.outstanding == 0)
    }
  }

  /// An actor takes its end out of an optional while it waits, and stays on its executor.
  @Test func anActorConsumes() async throws {
    let pages = try NumberedPages(count: 16)
    let ring = SingleProducerRing<IOPage>(capacity: 4)
    let receiver = Receiver(ring.consumer)
    let producer = HandOver(ring.producer)
    let sender = Task {
      var producer = producer.take()
      for number in 1...100 {
        var rest = producer.push(pages.page(UInt64(number)))
        while let page = rest.take() {
          await Task.yield()
          rest = producer.push(page)
        }
      }
    }
    #expect(await receiver.sum() == 5050)
    await sender.value
    #expect(pages.outstanding == 0)
  }

  /// The way the documentation names to get an end into a task.
  @Test func aMutexHandsAnEndToATask() async throws {
    let pages = try NumberedPages(count: 16)
    let ring = SingleProducerRing<IOPage>(capacity: 4)
    let end = Mutex<SingleProducerRing<IOPage>.Consumer?>(ring.consumer)
    var producer = ring.producer
    async let sum: UInt64 = {
      guard var consumer = end.withLock({ $0.take() }) else { return 0 }
      var sum: UInt64 = 0
      while let page = await consumer.next() { sum += page.number }
      return sum
    }()
    for number in 1...3 { #expect(producer.accepts(pages.page(UInt64(number))) == true) }
    _ = consume producer
    #expect(await sum == 6)
    #expect(pages.outstanding == 0)
  }
}

/// Owns the consumer of a ring.
private actor Receiver {
  private var consumer: SingleProducerRing<IOPage>.Consumer?

  init(_ consumer: consuming SingleProducerRing<IOPage>.Consumer) {
    self.consumer = consume consumer
  }

  /// Adds the numbers of all pages up.
  func sum() async -> UInt64 {
    guard var consumer = consumer.take() else { return 0 }
    var sum: UInt64 = 0
    while let page = await consumer.next() {
      assertIsolated()
      sum += page.number
    }
    self.consumer = consume consumer
    return sum
  }
}
