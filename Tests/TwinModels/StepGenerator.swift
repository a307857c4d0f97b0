// Random steps that reach deep states: in tides, which fill the pools until nothing fits and empty them
// again, with each kind of operation now and then.

import MemoryTestSupport

/// A repeatable source of steps.
package struct StepGenerator: Sendable {
  private var random: SplitMix64
  private var isFilling = true

  package init(seed: UInt64) { random = SplitMix64(seed: seed) }

  private static let taking: [PoolStep.Kind] = [
    .block, .block, .block, .run, .singles, .buffer, .stash, .release,
  ]
  private static let giving: [PoolStep.Kind] = [
    .drop, .drop, .drop, .dropMany, .freeReleased, .dropBuffer, .dropBuffer, .dropShared,
    .dropShared, .removeFirst, .extract, .narrow, .closeView,
  ]
  /// Those that look at everything are rare, since they take long and drain the caches.
  private static let any = PoolStep.Kind.allCases.filter { $0 != .check && $0 != .refuseMemory }

  package mutating func next() -> PoolStep {
    if random.once(in: 96) { isFilling.toggle() }
    let kind: PoolStep.Kind
    switch random.number(below: 128) {
    case 0: kind = .check
    case 1: return PoolStep(.refuseMemory, 0, random.once(in: 3) ? 1 : 0, 0)
    case 2..<64: kind = random.element(of: Self.any)
    case 64..<112: kind = random.element(of: isFilling ? Self.taking : Self.giving)
    default: kind = random.element(of: isFilling ? Self.giving : Self.taking)
    }
    return PoolStep(kind, byte(), byte(), byte())
  }

  private mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: random.next()) }
}
