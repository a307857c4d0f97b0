// Where threads leave blocks for each other: mimalloc's shared array. A thread puts a block in and
// gets whatever was there; when it ends, its blocks stay here, for others to find and give back.

import Synchronization

/// Slots with a block each, or none, which all threads exchange blocks with.
@safe
final class SharedSlots: @unchecked Sendable {
  // Sendable: a slot is exchanged in one step, and with it the reference that it has counted.
  private let slots: UnsafeMutablePointer<Atomic<UInt>>
  let count: Int

  init(count: Int) {
    self.count = count
    unsafe slots = .allocate(capacity: count)
    for index in 0..<count {
      // In bounds, and not initialized before.
      unsafe (slots + index).initialize(to: Atomic(0))
    }
  }

  deinit {
    for index in 0..<count { _ = exchange(nil, at: index) }
    // All of them are initialized.
    unsafe slots.deinitialize(count: count)
    unsafe slots.deallocate()
  }

  /// Puts a block into a slot, or nothing, and returns what was there.
  func exchange(_ block: StressBlock?, at index: Int) -> StressBlock? {
    precondition(index >= 0 && index < count, "There is no such slot.")
    let new = block.map { unsafe UInt(bitPattern: Unmanaged.passRetained($0).toOpaque()) } ?? 0
    // In bounds. What was done with either block before comes before what is done with it after.
    let old = unsafe slots[index].exchange(new, ordering: .acquiringAndReleasing)
    guard let reference = unsafe UnsafeRawPointer(bitPattern: old) else { return nil }
    // The reference that was counted when the block was put in.
    return unsafe Unmanaged<StressBlock>.fromOpaque(reference).takeRetainedValue()
  }
}
