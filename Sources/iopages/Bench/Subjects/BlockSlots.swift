// Where a workload keeps its blocks: a buffer without counts or checks, as a driver's table of
// descriptors is one. Blocks that are not copied move in and out of it.

/// A number of slots, each of which holds a block or nothing.
///
/// The workload knows which slots hold a block: putting into a full one loses a block, taking from
/// an empty one is undefined. All blocks are to be taken out before the slots go.
@safe
struct BlockSlots<Block: ~Copyable>: ~Copyable {
  private let base: UnsafeMutablePointer<Block>

  init(capacity: Int) {
    unsafe base = .allocate(capacity: capacity)
  }

  // Allocated in the initialiser; what was in it has been taken out.
  deinit { unsafe base.deallocate() }

  /// Puts a block into an empty slot below the capacity.
  @inline(__always)
  func put(_ block: consuming Block, at index: Int) {
    // The slot is the caller's to fill, as the type says.
    unsafe (base + index).initialize(to: block)
  }

  /// Takes the block out of a full slot.
  @inline(__always)
  func take(at index: Int) -> Block {
    // The slot is full, as the type says.
    unsafe (base + index).move()
  }

  /// Exchanges the blocks of two full slots.
  @inline(__always)
  func exchange(_ first: Int, _ second: Int) {
    let block = take(at: first)
    if first != second { put(take(at: second), at: first) }
    put(block, at: second)
  }

  /// The address of the first slot, for loops in C. Valid as long as the slots are there.
  @unsafe
  var address: UnsafeMutablePointer<Block> { unsafe base }

  /// Brings the blocks of the first `count` slots into a random order.
  func shuffle(count: Int, by generator: inout some RandomNumberGenerator) {
    for index in stride(from: count - 1, to: 0, by: -1) {
      exchange(index, Int.random(in: 0...index, using: &generator))
    }
  }

  /// Reverses the blocks of the first `count` slots.
  func reverse(count: Int) {
    for index in 0..<count / 2 { exchange(index, count - 1 - index) }
  }
}
