// A ring between one thread that puts blocks in and one that takes them out: Lamport's queue, with
// each side remembering where it last saw the other, and telling the other in bursts, as drivers do,
// so that a line moves between the processors once in a while and not for each block.

import CBenchSupport
import Synchronization

/// A bounded queue of blocks for one producer and one consumer.
@safe
final class HandoverRing<Block: ~Copyable>: @unchecked Sendable {
  // Sendable: a slot belongs to the producer or the consumer, and the counters say to which.
  private let slots: BlockSlots<Block>
  private let mask: Int
  // Each counter on a line of its own, and away from the neighbour that the processor fetches too.
  private let before = Padding()
  private let written = Atomic<Int>(0)
  private let between = Padding()
  private let read = Atomic<Int>(0)
  private let after = Padding()

  private struct Padding {
    let words = InlineArray<16, UInt64>(repeating: 0)
  }

  /// - Parameter capacity: a power of two.
  init(capacity: Int) {
    precondition(capacity.nonzeroBitCount == 1, "A ring's capacity is a power of two.")
    slots = BlockSlots(capacity: capacity)
    mask = capacity - 1
  }

  /// Where one side is, what it has told the other, and where it last saw the other.
  struct Cursor {
    fileprivate var own = 0
    fileprivate var told = 0
    fileprivate var other = 0
  }

  /// After how many blocks a side tells the other: as many as a driver handles at a time.
  private static var burst: Int { 32 }

  /// Puts a block in, and waits for room if there is none.
  @inline(__always)
  func put(_ block: consuming Block, at cursor: inout Cursor) {
    if cursor.own - cursor.other > mask { waitForRoom(&cursor) }
    slots.put(block, at: cursor.own & mask)
    cursor.own += 1
    if cursor.own - cursor.told >= Self.burst { finishPutting(&cursor) }
  }

  /// Takes a block out, and waits for one if there is none.
  @inline(__always)
  func take(at cursor: inout Cursor) -> Block {
    if cursor.own == cursor.other { waitForBlocks(&cursor) }
    let block = slots.take(at: cursor.own & mask)
    cursor.own += 1
    if cursor.own - cursor.told >= Self.burst { tellWhatWasTaken(&cursor) }
    return block
  }

  /// Lets the consumer have all blocks that were put in; to be called after the last one too.
  @inline(__always)
  func finishPutting(_ cursor: inout Cursor) {
    written.store(cursor.own, ordering: .releasing)
    cursor.told = cursor.own
  }

  @inline(__always)
  private func tellWhatWasTaken(_ cursor: inout Cursor) {
    read.store(cursor.own, ordering: .releasing)
    cursor.told = cursor.own
  }

  @inline(never)
  private func waitForRoom(_ cursor: inout Cursor) {
    finishPutting(&cursor)
    BusyWaiting.wait {
      cursor.other = read.load(ordering: .acquiring)
      return cursor.own - cursor.other <= mask
    }
  }

  @inline(never)
  private func waitForBlocks(_ cursor: inout Cursor) {
    tellWhatWasTaken(&cursor)
    BusyWaiting.wait {
      cursor.other = written.load(ordering: .acquiring)
      return cursor.own != cursor.other
    }
  }
}
