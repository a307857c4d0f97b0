import Testing

@testable import iopages

@Suite struct MixGeneratorTests {
  @Test func repeatsItself() {
    var (first, second) = (MixGenerator(seed: 5), MixGenerator(seed: 5))
    for _ in 0..<100 { #expect(first.next() == second.next()) }
    var other = MixGenerator(seed: 6)
    #expect(first.next() != other.next())
  }

  @Test(arguments: [0, 1, UInt64.max, UInt64.max - 1])
  func neverGetsStuck(seed: UInt64) {
    var generator = MixGenerator(seed: seed)
    #expect(Set((0..<100).map { _ in generator.next() }).count == 100)
  }

  @Test func halvesFromOrderToOrder() {
    var generator = MixGenerator(seed: 1)
    var counts = [Int](repeating: 0, count: 10)
    var slots = Set<Int>()
    let draws = 1 << 20
    for _ in 0..<draws {
      let step = generator.nextStep(mask: 8191, largest: 9)
      counts[step.order] += 1
      slots.insert(step.slot)
    }
    #expect(slots == Set(0..<8192), "every slot has its turn")
    for order in 0...9 {
      // The last one is as likely as the one below it. Six standard deviations.
      let expected = Double(draws >> min(order + 1, 9))
      #expect(abs(Double(counts[order]) - expected) < 6 * expected.squareRoot(), "order \(order)")
    }
  }

  @Test func drawsOneOrderWhereThereIsOne() {
    var generator = MixGenerator(seed: 1)
    for _ in 0..<1000 { #expect(generator.nextStep(mask: 0, largest: 0) == (0, 0)) }
  }
}
