// The random numbers of the workloads: cheap, since they are drawn within the measured loops
// (xorshift64*, Marsaglia 2003 and Vigna 2016), and the same in each run.

/// Draws slots and orders.
struct MixGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    // Spread over all bits, and not zero, where the generator would stay.
    state = (seed &+ 1) &* 0x9E37_79B9_7F4A_7C15 | 1
  }

  @inline(__always)
  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_F491_4F6C_DD1D
  }

  /// A slot below `mask + 1`, a power of two, and an order in `0...largest`, each half as likely as
  /// the one below; the largest as likely as the one below it, so that all together are certain.
  @inline(__always)
  mutating func nextStep(mask: Int, largest: Int) -> (slot: Int, order: Int) {
    // The upper bits are the good ones: the slot is taken from the top, the order from the middle.
    let number = next()
    let slot = Int(truncatingIfNeeded: number >> 40) & mask
    let order = (number >> 8 | 1 << UInt64(largest)).trailingZeroBitCount
    return (slot, order)
  }
}
