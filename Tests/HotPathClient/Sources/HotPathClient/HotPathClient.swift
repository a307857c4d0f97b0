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

/// Takes a page of the processor's own node and drops it.
@inline(never)
func takeAndDropLocalPage(_ set: PagePoolSet) throws(OutOfMemory) {
  let page = try set.allocate(order: 0, contents: .uninitialized)
  _ = consume page
}

/// Takes a block of a node that is not known when this is compiled, and drops it.
@inline(never)
func takeAndDropNodeBlock(_ set: PagePoolSet, node: NUMANode, order: Int) throws(OutOfMemory) {
  let block = try set.allocate(order: order, on: .node(node), contents: .uninitialized)
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
    let set = try PagePoolSet(
      PagePoolSetOptions(byteCount: .eachNode(16 << 20), allowing: .placement))
    for order in 0..<10 {
      try takeAndDropLocalPage(set)
      try takeAndDropNodeBlock(set, node: set.nodes[0], order: order)
    }
    guard try runBufferPaths(pool) else { fatalError("The buffers are not as they were left.") }
    print(pool.statistics.freePages == pool.statistics.pageCount ? "all pages are back" : "lost")
  }
}
