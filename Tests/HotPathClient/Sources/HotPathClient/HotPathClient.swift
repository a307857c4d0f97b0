// What a driver does all day. Each function is compiled by itself, so that its code can be found.

import IOPages

/// Takes a page and drops it.
@inline(never)
func takeAndDropPage(_ pool: PagePool) throws(OutOfMemory) {
  let page = try pool.allocate(order: 0, contents: .uninitialized)
  _ = consume page
}

/// Takes a block of an order that is not known when this is compiled, and drops it.
@inline(never)
func takeAndDropBlock(_ pool: PagePool, order: Int) throws(OutOfMemory) {
  let block = try pool.allocate(order: order, contents: .uninitialized)
  _ = consume block
}

@main
struct HotPathClient {
  static func main() throws {
    let region = try MemoryRegion(RegionOptions(byteCount: 64 << 20))
    let pool = try PagePool(region: region)
    for order in 0..<10 {
      try takeAndDropPage(pool)
      try takeAndDropBlock(pool, order: order)
    }
    guard try runBufferPaths(pool) else { fatalError("The buffers are not as they were left.") }
    print(pool.statistics.freePages == pool.statistics.pageCount ? "all pages are back" : "lost")
  }
}
