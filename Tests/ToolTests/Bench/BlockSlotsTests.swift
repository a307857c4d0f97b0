import Testing

@testable import iopages

@Suite struct BlockSlotsTests {
  private func numbered(_ count: Int) -> BlockSlots<Int> {
    let slots = BlockSlots<Int>(capacity: count)
    for index in 0..<count { slots.put(index, at: index) }
    return slots
  }

  private func contents(_ slots: borrowing BlockSlots<Int>, _ count: Int) -> [Int] {
    (0..<count).map { index in slots.take(at: index) }
  }

  @Test func exchangesTwoSlotsAndOneWithItself() {
    let slots = numbered(3)
    slots.exchange(0, 2)
    slots.exchange(1, 1)
    #expect(contents(slots, 3) == [2, 1, 0])
  }

  @Test(arguments: [0, 1, 2, 5, 6])
  func reverses(count: Int) {
    let slots = numbered(count)
    slots.reverse(count: count)
    #expect(contents(slots, count) == (0..<count).reversed())
  }

  @Test func shufflesWithoutLosingAny() {
    let slots = numbered(1000)
    var generator = MixGenerator(seed: 4)
    slots.shuffle(count: 1000, by: &generator)
    let shuffled = contents(slots, 1000)
    #expect(shuffled != Array(0..<1000))
    #expect(shuffled.sorted() == Array(0..<1000))
  }

  @Test(arguments: GivingOrder.allCases)
  func arrangesForEachOrder(order: GivingOrder) {
    let slots = numbered(100)
    var generator = MixGenerator(seed: 4)
    order.arrange(slots, count: 100, by: &generator)
    let arranged = contents(slots, 100)
    switch order {
    case .firstFirst: #expect(arranged == Array(0..<100))
    case .lastFirst: #expect(arranged == (0..<100).reversed())
    case .random: #expect(arranged != Array(0..<100) && arranged.sorted() == Array(0..<100))
    }
  }
}
