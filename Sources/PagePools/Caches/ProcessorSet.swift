// Which processors' caches are in use: few of those that a machine could have.

/// A set of processor numbers below 1024, which are visited in ascending order.
package struct ProcessorSet: Sequence, IteratorProtocol, Sendable {
  static let limit = 1024
  private var words = InlineArray<16, UInt64>(repeating: 0)

  package init() {}

  /// The processors of these numbers, as far as they are below the limit: others have no caches.
  package init(_ processors: some Sequence<Int>) {
    for processor in processors where processor < Self.limit { insert(processor) }
  }

  var count: Int { reduce(0) { count, _ in count + 1 } }

  package func contains(_ processor: Int) -> Bool {
    words[processor >> 6] & (1 << UInt64(processor & 63)) != 0
  }

  mutating func insert(_ processor: Int) {
    words[processor >> 6] |= 1 << UInt64(processor & 63)
  }

  /// Takes the lowest member out of the set, which serves as its own iterator.
  package mutating func next() -> Int? {
    for index in words.indices where words[index] != 0 {
      let lowest = words[index].trailingZeroBitCount
      words[index] &= words[index] - 1
      return index << 6 | lowest
    }
    return nil
  }
}
