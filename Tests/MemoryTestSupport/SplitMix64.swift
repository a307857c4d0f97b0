// Random numbers that repeat. A test that found something must find it again tomorrow, on another
// machine and with another standard library, so neither the generator nor the mapping of its bits to
// ranges may come from `SystemRandomNumberGenerator` or from `Int.random(in:using:)`, whose
// algorithms are not promised. SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) is eight lines, passes
// BigCrush and has no bad seeds.

/// A seeded, repeatable generator: the same seed gives the same sequence for ever.
///
/// A value type: a copy repeats what the original goes on to produce.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Every seed is a good seed, 0 included.
  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension SplitMix64 {
  /// A number in `0..<bound`. The bias of at most `bound / 2^64` is far below what a test can see.
  package mutating func number(below bound: Int) -> Int {
    precondition(bound > 0, "there is no number below \(bound)")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number in `range`.
  package mutating func number(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + number(below: range.upperBound - range.lowerBound + 1)
  }

  /// True once in `n` on average.
  package mutating func once(in n: Int) -> Bool { number(below: n) == 0 }

  /// A number in `1...largest` of which every power of two is about equally likely to be the
  /// leading digit: small and large sizes both get their share.
  package mutating func size(upTo largest: Int) -> Int {
    precondition(largest > 0, "there is no size up to \(largest)")
    let digits = number(below: Int.bitWidth - largest.leadingZeroBitCount)
    return min(largest, (1 << digits) + number(below: 1 << digits))
  }

  /// 0 with probability 1/2, 1 with 1/4, … and never more than `largest`.
  package mutating func geometric(upTo largest: Int) -> Int {
    min(largest, next().trailingZeroBitCount)
  }

  /// An element of a collection that is not empty.
  package mutating func element<Element>(of elements: [Element]) -> Element {
    elements[number(below: elements.count)]
  }

  /// Fisher and Yates: each of the n! orders is equally likely.
  package mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, number(below: last + 1))
    }
  }
}
