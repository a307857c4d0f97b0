import Glibc
import IOPages
import MemoryTestSupport
import Testing

/// What only a ring with one producer has: many elements at once, and figures on the producer's side.
@Suite(.leavesNoPages) struct SingleProducerRingTests {
  private func array(_ pages: NumberedPages, _ numbers: Range<UInt64>) -> UniqueArray<IOPage> {
    var array = UniqueArray<IOPage>(minimumCapacity: numbers.count)
    for number in numbers { array.append(pages.page(number)) }
    return array
  }

  private func numbers(_ array: borrowing UniqueArray<IOPage>) -> [UInt64] {
    (0..<array.count).map { array[$0].number }
  }

  @Test func whatDoesNotFitStaysInTheArray() throws {
    let pages = try NumberedPages(count: 64)
    let ring = SingleProducerRing<IOPage>(capacity: 8)
    var producer = ring.producer
    var consumer = ring.consumer
    var source = array(pages, 0..<5)
    #expect(producer.push(contentsOf: &source) == 5)
    #expect(source.count == 0)
    #expect(producer.count == 5)
    #expect(consumer.count == 5)
    source = array(pages, 5..<12)
    #expect(producer.push(contentsOf: &source) == 3)
    #expect(numbers(source) == [8, 9, 10, 11])
    #expect(producer.push(contentsOf: &source) == 0)
    #expect(numbers(source) == [8, 9, 10, 11])
    // There is room for two, across the end of the storage.
    #expect(consumer.popNumber() == 0)
    #expect(consumer.popNumber() == 1)
    #expect(producer.push(contentsOf: &source) == 2)
    #expect(numbers(source) == [10, 11])
    var taken = UniqueArray<IOPage>(minimumCapacity: 16)
    let count = taken.edit { span in consumer.pop(into: &span) }
    #expect(count == 8)
    #expect(numbers(taken) == Array(2..<10))
    #expect(consumer.isFinished == false)
    source.removeAll()
    #expect(producer.push(contentsOf: &source) == 0)
    taken.removeAll()
    #expect(pages.outstanding == 0)
  }

  @Test func onlyAsManyAsThereIsRoomForAreTakenOut() throws {
    let pages = try NumberedPages(count: 64)
    let ring = SingleProducerRing<IOPage>(capacity: 8)
    var producer = ring.producer
    var consumer = ring.consumer
    var source = array(pages, 0..<7)
    #expect(producer.push(contentsOf: &source) == 7)
    var taken = UniqueArray<IOPage>(minimumCapacity: 3)
    #expect(taken.edit { span in consumer.pop(into: &span) } == 3)
    #expect(taken.edit { span in consumer.pop(into: &span) } == 0)
    #expect(numbers(taken) == [0, 1, 2])
    #expect(consumer.count == 4)
    #expect(producer.count == 4)
  }

  @Test func whatTheConsumerDoesNotTakeAnyMoreComesBackInOrder() throws {
    let pages = try NumberedPages(count: 64)
    let ring = SingleProducerRing<IOPage>(capacity: 8)
    var producer = ring.producer
    let consumer = ring.consumer
    var source = array(pages, 0..<3)
    #expect(producer.push(contentsOf: &source) == 3)
    _ = consume consumer
    #expect(pages.outstanding == 0)
    source = array(pages, 3..<7)
    for _ in 0..<4 {
      #expect(producer.push(contentsOf: &source) == 0)
      #expect(numbers(source) == [3, 4, 5, 6])
      #expect(producer.isClosed == true)
    }
    source.removeAll()
    #expect(pages.outstanding == 0)
  }

  @Test func manyAtOnceAreAsManyOneByOne() throws {
    let seed = TestSeed.choose(for: "manyAtOnceAreAsManyOneByOne")
    var random = SplitMix64(seed: seed)
    for _ in 0..<40 {
      let pages = try NumberedPages(count: 512)
      let ring = SingleProducerRing<IOPage>(capacity: random.size(upTo: 100))
      var producer = ring.producer
      var consumer = ring.consumer
      var model: [UInt64] = []
      var next: UInt64 = 0
      for _ in 0..<300 {
        if random.once(in: 2) {
          let count = UInt64(random.size(upTo: 150))
          var source = array(pages, next..<next + count)
          let accepted = producer.push(contentsOf: &source)
          #expect(accepted == min(Int(count), producer.capacity - model.count))
          #expect(numbers(source) == Array(next + UInt64(accepted)..<next + count))
          model += next..<next + UInt64(accepted)
          next += count
        } else {
          var taken = UniqueArray<IOPage>(minimumCapacity: random.size(upTo: 150))
          let count = taken.edit { span in consumer.pop(into: &span) }
          #expect(count == min(taken.capacity, model.count))
          #expect(numbers(taken) == Array(model.prefix(count)))
          model.removeFirst(count)
        }
        #expect(producer.count == model.count)
        #expect(pages.outstanding == model.count)
      }
    }
  }

  /// Other values than pages work as well, and those that take no room. These can be copied: over an
  /// empty type that cannot, Swift 6.3.1 crashes in a release build.
  @Test func elementsOfAllSizes() {
    struct Nothing: Equatable {}
    let ring = SingleProducerRing<Nothing>(capacity: 2)
    var producer = ring.producer
    var consumer = ring.consumer
    #expect(producer.push(Nothing()) == nil)
    #expect(producer.push(Nothing()) == nil)
    #expect(producer.push(Nothing()) == Nothing())
    #expect(consumer.pop() == Nothing())
    #expect(consumer.pop() == Nothing())
    #expect(consumer.pop() == nil)
    let texts = SingleProducerRing<String>(capacity: 2)
    var writer = texts.producer
    var reader = texts.consumer
    #expect(writer.push(String(repeating: "a", count: 100)) == nil)
    #expect(writer.push("b") == nil)
    #expect(reader.pop() == String(repeating: "a", count: 100))
    #expect(reader.pop() == "b")
  }

  /// Bursts between two threads, each with containers of its own.
  @Test(.tags(.concurrency)) func burstsBetweenThreads() throws {
    let total: UInt64 = 40_000
    let pages = try NumberedPages(count: 256)
    let ring = SingleProducerRing<IOPage>(capacity: 64)
    let producers = HandOver(ring.producer)
    let consumers = HandOver(ring.consumer)
    let received = Guarded<UInt64>(0)
    onThreads(2) { index in
      if index == 0 {
        var producer = producers.take()
        var source = UniqueArray<IOPage>(minimumCapacity: 48)
        var next: UInt64 = 0
        while next < total || !source.isEmpty {
          while next < total && source.count < 48 {
            source.append(pages.page(next))
            next += 1
          }
          if producer.push(contentsOf: &source) == 0 { sched_yield() }
        }
      } else {
        var consumer = consumers.take()
        var taken = UniqueArray<IOPage>(minimumCapacity: 32)
        var expected: UInt64 = 0
        while !consumer.isFinished {
          if taken.edit({ span in consumer.pop(into: &span) }) == 0 { sched_yield() }
          for index in 0..<taken.count {
            if taken[index].number != expected { Issue.record("\(expected) is missing.") }
            expected += 1
          }
          taken.removeAll(keepingCapacity: true)
        }
        received.withLock { $0 = expected }
      }
    }
    #expect(received.withLock { $0 } == total)
    #expect(pages.outstanding == 0)
  }
}
