// A short life of a pool, so that there is something to see: it is filled with blocks of mixed
// orders, half of them go, and then blocks come and go for a while.

package import IOPages

/// Blocks of mixed orders, taken from a pool and given back by the roll of a seeded die.
package struct Workload: ~Copyable {
  private let pool: PagePool
  private var generator: SeededGenerator
  private var blocks: UniqueArray<IOPage>
  /// The order of the smallest blocks: higher in a large pool, so that a workload is as short there.
  private let smallestOrder: Int
  private let largestOrder: Int

  package init(in pool: PagePool, seed: UInt64) {
    self.pool = pool
    generator = SeededGenerator(seed: seed)
    blocks = UniqueArray()
    let statistics = pool.statistics
    largestOrder = statistics.largestOrder
    smallestOrder = min(largestOrder, PoolPicture.order(holding: statistics.pageCount / 16_384))
  }

  /// Runs the workload. The blocks that are left stay taken until the value is gone.
  package mutating func run() {
    let enough = pool.statistics.pageCount / 10 * 9
    while pool.statistics.allocatedPages < enough, take() {}
    let most = blocks.count
    for _ in 0..<most / 2 { giveBack() }
    for _ in 0..<most * 4 {
      if Bool.random(using: &generator) {
        _ = take()
      } else {
        giveBack()
      }
    }
  }

  /// The pages of each block that is taken, by their numbers in the region, in ascending order.
  package var takenPages: [Range<Int>] {
    (0..<blocks.count).map { index in
      let start = blocks[index].pageNumber
      return start..<start + blocks[index].pageCount
    }.sorted { $0.lowerBound < $1.lowerBound }
  }

  /// Takes a block of a random order, each half as likely as the one below it.
  ///
  /// - Returns: Whether the pool had one.
  private mutating func take() -> Bool {
    let steps = min(generator.next().trailingZeroBitCount, 10)
    let order = min(smallestOrder + steps, largestOrder)
    return (try? take(order: order)) != nil
  }

  /// Takes a block of that order, to be kept until the value is gone or the workload gives it back.
  ///
  /// - Returns: The block's pages, by their numbers in the region.
  @discardableResult
  package mutating func take(order: Int) throws(OutOfMemory) -> Range<Int> {
    // Nobody reads the pages, so nobody has to clear them: the memory is never touched.
    let block = try pool.allocate(order: order, contents: .uninitialized)
    let pages = block.pageNumber..<block.pageNumber + block.pageCount
    blocks.append(block)
    return pages
  }

  private mutating func giveBack() {
    guard !blocks.isEmpty else { return }
    blocks.swapAt(Int.random(in: 0..<blocks.count, using: &generator), blocks.count - 1)
    _ = blocks.removeLast()
  }
}
