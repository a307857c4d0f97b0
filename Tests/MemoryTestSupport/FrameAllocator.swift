// What the buddy and its twin have in common. Tests that are written against this protocol run on
// both: on the buddy to test it, on the naive reference to show that the test asks for what the rule
// says and not for what one implementation happens to do.

package import BuddyAllocator

/// The operations of a buddy allocator over frames, as `Buddy` documents them.
package protocol FrameAllocator: ~Copyable {
  var frameCount: Int { get }
  var largestOrder: Int { get }
  var managedFrameCount: Int { get }
  mutating func extend(to frameCount: Int)
  mutating func allocate(order: Int) -> Int?
  mutating func allocate(frames count: Int) -> Int?
  mutating func allocate(at frames: Range<Int>) -> Bool
  mutating func allocateBatch(order: Int, count: Int, into receive: (_ frame: Int) -> Void) -> Int
  mutating func free(_ frame: Int, order: Int) throws(InvalidFree)
  mutating func free(group: Int, mask: UInt64, order: Int) throws(InvalidFree)
  mutating func free(_ frames: Range<Int>) throws(InvalidFree)
  mutating func withhold(_ frames: Range<Int>) -> Bool
  mutating func release(_ frames: Range<Int>) throws(InvalidFree)
  var withheldFrameCount: Int { get }
  func isWithheld(_ frame: Int) -> Bool
  var freeFrameCount: Int { get }
  func freeBlockCount(order: Int) -> Int
  var largestFreeOrder: Int? { get }
  func fragmentationIndex(order: Int) -> Double
  func freeBlock(containing frame: Int) -> FreeBlock?
  func nextFreeBlock(from frame: Int) -> FreeBlock?
}

extension FrameAllocator where Self: ~Copyable {
  /// Every maximal free block in ascending order, by the walk that clients have.
  package var allFreeBlocks: [FreeBlock] {
    var blocks: [FreeBlock] = []
    var frame = 0
    while let block = nextFreeBlock(from: frame) {
      // A walk that does not advance would never end; a wrong answer is for the caller to find.
      guard block.frame >= frame else { return blocks + [block] }
      blocks.append(block)
      frame = block.frame + (1 << block.order)
    }
    return blocks
  }
}
