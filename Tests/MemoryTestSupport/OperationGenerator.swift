// Random operations that reach deep states. Operations drawn blindly would mostly fail: so the
// generator looks at the reference allocator and aims most frees at allocated frames, most exact
// allocations at free ones. It works in tides, filling up until nothing fits and emptying again,
// because the interesting states are at both ends. And a part of the operations is nonsense of every
// kind, because refusing nonsense without any change is half of what the buddy promises.

/// A repeatable source of operations for one geometry.
package struct OperationGenerator: Sendable {
  private var random: SplitMix64
  private var isFilling = true

  package init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// The next operation for an allocator in this state.
  package mutating func next(for allocator: ReferenceAllocator) -> BuddyOperation {
    turnTide(allocator)
    let missing = allocator.frameCount - allocator.managedFrameCount
    if missing > 0, allocator.managedFrameCount == 0 || random.once(in: 24) {
      let added = random.once(in: 3) ? missing : random.size(upTo: missing)
      return .extend(to: allocator.managedFrameCount + added)
    }
    switch random.number(below: 16) {
    case 0..<2: return nonsense(allocator)
    case 2: return withholding(allocator)
    case 3: return releasing(allocator)
    case 4..<13: return isFilling ? allocation(allocator) : deallocation(allocator)
    default: return isFilling ? deallocation(allocator) : allocation(allocator)
    }
  }

  private mutating func turnTide(_ allocator: ReferenceAllocator) {
    let isFull = allocator.freeBlocks.isEmpty
    let isEmpty = allocator.freeFrameCount == allocator.managedFrameCount
    if isFull || isEmpty {
      // Stay for a while: failures at the end of the scale are wanted too.
      if random.once(in: 8) { isFilling = isEmpty }
    } else if random.once(in: 64) {
      isFilling.toggle()
    }
  }

  private mutating func allocation(_ allocator: ReferenceAllocator) -> BuddyOperation {
    switch random.number(below: 10) {
    case 0..<5: return .allocateBlock(order: order(allocator))
    case 5..<7: return .allocateBatch(order: order(allocator), count: random.size(upTo: 200))
    case 7..<9:
      let largest = min(1 << allocator.largestOrder, allocator.frameCount) + 1
      return .allocateRun(frames: random.size(upTo: largest))
    default:
      return .allocateAt(run(of: .free, in: allocator) ?? anyRange(allocator))
    }
  }

  private mutating func deallocation(_ allocator: ReferenceAllocator) -> BuddyOperation {
    guard let frames = run(of: .allocated, in: allocator) else { return nonsense(allocator) }
    if random.once(in: 3) { return .freeRun(frames) }
    if random.once(in: 2) { return group(at: frames.lowerBound, in: allocator) }
    // The largest aligned block at or above the run's start, down to a single frame.
    var order = order(allocator)
    while order > 0, order > allocator.largestOrder || 1 << order > frames.count { order -= 1 }
    let aligned = ((frames.lowerBound + (1 << order) - 1) >> order) << order
    return .freeBlock(aligned, order: order)
  }

  private mutating func withholding(_ allocator: ReferenceAllocator) -> BuddyOperation {
    .withhold(run(of: .free, in: allocator) ?? anyRange(allocator))
  }

  private mutating func releasing(_ allocator: ReferenceAllocator) -> BuddyOperation {
    .release(run(of: .withheld, in: allocator) ?? anyRange(allocator))
  }

  /// Some of the wholly allocated blocks of one order around a frame, now and then one too many.
  private mutating func group(at frame: Int, in allocator: ReferenceAllocator) -> BuddyOperation {
    let order = random.geometric(upTo: min(9, allocator.largestOrder))
    let group = frame >> (order + 6)
    var allocated: UInt64 = 0
    for bit in 0..<64 {
      let first = (group * 64 + bit) << order
      if allocator.all(first..<first + (1 << order), are: .allocated) {
        allocated |= 1 << UInt64(bit)
      }
    }
    let some = random.next() & (random.once(in: 2) ? random.next() : .max)
    var mask = random.once(in: 2) || allocated & some == 0 ? allocated : allocated & some
    if random.once(in: 16) { mask ^= 1 << UInt64(random.number(below: 64)) }
    return .freeGroup(group, mask: mask, order: order)
  }

  /// Small orders are the more likely ones; now and then one that cannot be had.
  private mutating func order(_ allocator: ReferenceAllocator) -> Int {
    let fitting = Int.bitWidth - 1 - allocator.frameCount.leadingZeroBitCount
    let largest = min(allocator.largestOrder, fitting)
    return random.once(in: 2)
      ? random.geometric(upTo: largest) : random.number(below: largest + 2)
  }

  /// A random part of a random stretch of frames in one state; nil if there is none.
  private mutating func run(of state: FrameState, in allocator: ReferenceAllocator) -> Range<Int>? {
    let count = allocator.managedFrameCount
    guard count > 0 else { return nil }
    let start = random.number(below: count)
    let longest = random.once(in: 4) ? count : random.size(upTo: count)
    var first = start
    while allocator.states[first] != state {
      first = (first + 1) % count
      if first == start { return nil }
    }
    var end = first + 1
    while end < count, end - first < longest, allocator.states[end] == state { end += 1 }
    return first..<end
  }
}

// MARK: - Nonsense

extension OperationGenerator {
  private mutating func nonsense(_ allocator: ReferenceAllocator) -> BuddyOperation {
    let frames = anyRange(allocator)
    switch random.number(below: 11) {
    case 0: return .allocateBlock(order: random.element(of: [35, 36, 62, 63, 64, .max]))
    case 1: return .allocateRun(frames: random.element(of: [1 << 36, .max - 1, .max]))
    case 2: return .allocateAt(frames)
    case 3, 4:
      let order = random.number(in: -1...allocator.largestOrder + 1)
      return .freeBlock(random.once(in: 8) ? extreme() : frames.lowerBound, order: order)
    case 5: return .freeRun(random.once(in: 4) ? frames.lowerBound..<frames.lowerBound : frames)
    case 6: return .withhold(frames)
    case 7:
      let order = random.element(of: [0, allocator.largestOrder + 1, 36, 63, .max])
      return .allocateBatch(order: order, count: random.once(in: 2) ? 0 : 1)
    case 8, 9:
      let order = random.number(in: -1...allocator.largestOrder + 1)
      let group = random.once(in: 4) ? extreme() : frames.lowerBound >> 6
      let mask = random.next() & random.next()
      return .freeGroup(group, mask: random.once(in: 4) ? 0 : mask, order: order)
    default: return .release(random.once(in: 4) ? frames.lowerBound..<frames.lowerBound : frames)
    }
  }

  private mutating func extreme() -> Int {
    random.element(of: [.min, .min + 1, -1, 1 << 35, 1 << 62, .max - 1, .max])
  }

  /// A run that is not empty, more or less near the frames that exist.
  private mutating func anyRange(_ allocator: ReferenceAllocator) -> Range<Int> {
    if random.once(in: 16) {
      return random.element(of: [.min ..< -1, -1..<Int.max, .max - 1 ..< .max, 0 ..< .max])
    }
    let lower = random.number(in: -1...allocator.frameCount + 1)
    return lower..<lower + random.size(upTo: allocator.frameCount)
  }
}
