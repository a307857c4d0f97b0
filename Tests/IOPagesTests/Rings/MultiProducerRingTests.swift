import Glibc
import IOPages
import MemoryTestSupport
import Testing

/// What only a ring with several producers has.
@Suite(.leavesNoPages) struct MultiProducerRingTests {
  @Test func theRingIsOpenUntilTheLastProducerGoes() throws {
    let pages = try NumberedPages(count: 16)
    let ring = MultiProducerRing<IOPage>(capacity: 8)
    var first = ring.producer
    var consumer = ring.consumer
    do {
      var second = first.another()
      var third = second.another()
      #expect(third.accepts(pages.page(1)) == true)
      #expect(second.accepts(pages.page(2)) == true)
      _ = consume second
      #expect(third.accepts(pages.page(3)) == true)
    }
    #expect(first.accepts(pages.page(4)) == true)
    #expect(consumer.popNumber() == 1)
    #expect(consumer.popNumber() == 2)
    #expect(consumer.popNumber() == 3)
    #expect(consumer.isFinished == false)
    _ = consume first
    #expect(consumer.isFinished == false)
    #expect(consumer.popNumber() == 4)
    #expect(consumer.isFinished == true)
    #expect(pages.outstanding == 0)
  }

  @Test func manyAreTakenOutAtOnce() throws {
    let pages = try NumberedPages(count: 16)
    let ring = MultiProducerRing<IOPage>(capacity: 8)
    var producer = ring.producer
    var consumer = ring.consumer
    for number in 0..<7 { #expect(producer.accepts(pages.page(UInt64(number))) == true) }
    var taken = UniqueArray<IOPage>(minimumCapacity: 4)
    #expect(taken.edit { span in consumer.pop(into: &span) } == 4)
    #expect(taken.edit { span in consumer.pop(into: &span) } == 0)
    for index in 0..<4 { #expect(taken[index].number == UInt64(index)) }
    taken.removeAll(keepingCapacity: true)
    #expect(taken.edit { span in consumer.pop(into: &span) } == 3)
    #expect(consumer.count == 0)
    taken.removeAll()
    #expect(pages.outstanding == 0)
  }

  /// Nothing is lost, nothing comes twice, and what one thread has put in comes in its order.
  @Test(.tags(.concurrency), arguments: [1, 2, 64])
  func fourProducers(capacity: Int) throws {
    let each: UInt64 = capacity == 1 ? 2000 : 10_000
    let pages = try NumberedPages(count: 256)
    let ring = MultiProducerRing<IOPage>(capacity: capacity)
    let producer = ring.producer
    let producers = (0..<4).map { _ in HandOver(producer.another()) }
    _ = consume producer
    let consumers = HandOver(ring.consumer)
    let received = Guarded<[UInt64]>([])
    onThreads(5) { index in
      if index < 4 {
        var producer = producers[index].take()
        for number in 0..<each {
          var rest = producer.push(pages.page(UInt64(index) << 32 | number))
          while let page = rest.take() {
            sched_yield()
            rest = producer.push(page)
          }
        }
        return
      }
      var consumer = consumers.take()
      var expected: [UInt64] = [0, 0, 0, 0]
      while !consumer.isFinished {
        guard let page = consumer.pop() else {
          sched_yield()
          continue
        }
        let (source, number) = (Int(page.number >> 32), page.number & 0xffff_ffff)
        if number != expected[source] {
          Issue.record("\(number) of producer \(source) instead of \(expected[source])")
        }
        expected[source] = number + 1
      }
      let result = expected
      received.withLock { $0 = result }
    }
    #expect(received.withLock { $0 } == Array(repeating: each, count: 4))
    #expect(pages.outstanding == 0)
  }

  /// Whatever was being put in when the consumer went is dropped when the last producer goes.
  @Test(.tags(.concurrency)) func theConsumerMayGoWhileSeveralPutPagesIn() throws {
    let rounds = 300
    let pages = try NumberedPages(count: 256)
    for round in 0..<rounds {
      let ring = MultiProducerRing<IOPage>(capacity: 8)
      let producer = ring.producer
      let producers = (0..<3).map { _ in HandOver(producer.another()) }
      _ = consume producer
      let consumers = HandOver(ring.consumer)
      onThreads(4) { index in
        if index == 3 {
          var consumer = consumers.take()
          for _ in 0..<round % 20 where consumer.pop() == nil { sched_yield() }
          return
        }
        var producer = producers[index].take()
        while !producer.isClosed {
          if !producer.accepts(pages.page(0)) { sched_yield() }
        }
      }
      #expect(pages.outstanding == 0)
    }
  }
}
