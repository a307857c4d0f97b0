// Which pages a trim takes next. It walks up through the free blocks. The lowest ones are kept, since
// the buddy hands out the lowest of the blocks that fit equally well; only pages that have memory
// behind them are worth a call to the kernel.

internal import BuddyAllocator

/// How far a trim has come.
struct TrimPlan {
  /// The pages with memory behind them that are still to be passed over.
  var keeping: Int
  /// Everything below this frame is dealt with.
  var frame = 0

  /// The pages that are out of the buddy at once: 32 MiB, whose discarding takes some milliseconds.
  static let partOrder = 13
  /// How many places are looked at before others get the lock.
  static let stepLimit = 256
}

/// What a trim is to do next.
enum TrimStep {
  /// These pages, which are out of the buddy.
  case discard(Range<Int>)
  /// Nothing was found so far.
  case lookOn
  case end
}

extension PoolReference {
  /// Takes the next pages that are worth a call out of the buddy.
  func advance(_ plan: inout TrimPlan, _ state: inout PoolState) -> TrimStep {
    let unit = 1 << backing.unitOrder
    let part = max(unit, 1 << TrimPlan.partOrder)
    for _ in 0..<TrimPlan.stepLimit {
      guard let block = state.buddy.nextFreeBlock(from: plan.frame) else { return .end }
      // Blocks may have merged since: begin with a whole unit, if the block has one.
      let start = max(block.frame, plan.frame & ~(unit - 1))
      let end = min(block.frame + 1 << block.order, start & ~(part - 1) + part)
      plan.frame = end
      guard block.order >= backing.unitOrder else {
        // It stays, and so counts among what is kept.
        plan.keeping -= min(plan.keeping, presentCount(in: start..<end))
        continue
      }
      var found = firstPresentUnits(in: start..<end)
      guard !found.isEmpty else { continue }
      plan.frame = found.upperBound
      let kept = (min(plan.keeping, found.count) + unit - 1) & ~(unit - 1)
      plan.keeping -= min(plan.keeping, kept)
      found = found.lowerBound + kept..<found.upperBound
      guard !found.isEmpty else { continue }
      guard state.buddy.allocate(at: found) else { fatalError("Free pages cannot be taken.") }
      return .discard(found)
    }
    return .lookOn
  }

  /// The bitmap that tells which free pages have memory behind them, and which value of it does.
  private var presence: (bitmap: FrameBitmap, value: Bool) {
    // Where memory comes by touching, and what is given back counts as clean, only dirty pages have
    // any. Else what is not known to be absent is taken to be there.
    !backing.isPresentAtFirst && backing.becomesZero ? (dirty, true) : (absent, false)
  }

  private func presentCount(in frames: Range<Int>) -> Int {
    let (bitmap, value) = presence
    let count = bitmap.count(in: frames)
    return value ? count : frames.count - count
  }

  /// The first units next to each other that each have some page with memory behind it.
  private func firstPresentUnits(in frames: Range<Int>) -> Range<Int> {
    let unit = 1 << backing.unitOrder
    let (bitmap, value) = presence
    let start = bitmap.first(in: frames, where: value) & ~(unit - 1)
    guard start < frames.upperBound else { return frames.upperBound..<frames.upperBound }
    guard unit > 1 else {
      return start..<bitmap.first(in: start..<frames.upperBound, where: !value)
    }
    var end = start + unit
    while end < frames.upperBound, presentCount(in: end..<end + unit) > 0 { end += unit }
    return start..<end
  }
}
