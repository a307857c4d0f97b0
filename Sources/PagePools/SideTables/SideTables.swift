// The tables beside a pool's pages, in one block of zeroed memory:
//
//   0      header   magic, version, frame count, largest order, byte count
//   64     dirty    one bit per frame: may hold old data. 0: never handed out, so known zero
//          raw      one bit per frame: owned through a raw address
//          heads    one bit per frame: the first of a block that is owned through a raw address
//          absent   one bit per frame: free, and its memory was given back
//          parts    seven bits per frame: how many parts a page has beyond its first
//          depots   a bit for each block of the orders 0, 1 and 2, and summaries
//          buddy    the buddy's metadata
//
// About 15.2 bits for each frame, 0.047 % of the region, of which only the used parts are touched: the
// parts, half of it, only where buffers split pages inside.
// No pointers, so that the block can be mapped by another process at another address.

internal import BuddyAllocator

/// The layout of the side tables for a frame count and a largest order.
struct SideTableLayout {
  static let magicNumber: UInt64 = 0x0053_4547_4150_4f49  // "IOPAGES"
  static let version: UInt64 = 2
  static let headerByteCount = 64
  private static let alignment = 64

  let dirty: Int
  let raw: Int
  let heads: Int
  let absent: Int
  let parts: Int
  let depots: InlineArray<3, Int>
  let buddy: Int
  let byteCount: Int

  init(frameCount: Int, largestOrder: Int) {
    let bitmap = SideTableLayout.aligned(FrameBitmap.wordCount(frameCount: frameCount) * 8)
    dirty = SideTableLayout.headerByteCount
    raw = dirty + bitmap
    heads = raw + bitmap
    absent = heads + bitmap
    parts = absent + bitmap
    var position = parts + SideTableLayout.aligned(PartCounts.byteCount(frameCount: frameCount))
    var depots = InlineArray<3, Int>(repeating: 0)
    for order in depots.indices {
      depots[order] = position
      position += SideTableLayout.aligned(
        BlockDepot.metadataByteCount(frameCount: frameCount, order: order))
    }
    self.depots = depots
    buddy = position
    byteCount =
      buddy + Buddy.metadataByteCount(frameCount: frameCount, largestOrder: largestOrder)
  }

  private static func aligned(_ byteCount: Int) -> Int {
    (byteCount + alignment - 1) & ~(alignment - 1)
  }

  /// Writes the header. `memory` has ``byteCount`` bytes.
  @unsafe
  func writeHeader(to memory: UnsafeMutableRawPointer, frameCount: Int, largestOrder: Int) {
    // The five words lie in the header, whose 64 bytes every block of side tables has.
    unsafe memory.storeBytes(of: SideTableLayout.version, toByteOffset: 8, as: UInt64.self)
    unsafe memory.storeBytes(of: UInt64(frameCount), toByteOffset: 16, as: UInt64.self)
    unsafe memory.storeBytes(of: UInt64(largestOrder), toByteOffset: 24, as: UInt64.self)
    unsafe memory.storeBytes(of: UInt64(byteCount), toByteOffset: 32, as: UInt64.self)
    unsafe memory.storeBytes(of: SideTableLayout.magicNumber, as: UInt64.self)
  }
}
