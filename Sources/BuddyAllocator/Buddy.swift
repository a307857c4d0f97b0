// A radix-64 buddy: a tree of 64-bit words over the frames of a region.
//
//   level 2   [.......1............]      one bit for 4096 frames
//                      \
//   level 1   [..1.....][........]        one bit for 64 frames: an aligned run of 2^k ones is
//               \                          a free block of order 6 + k
//   level 0   [.......][11.1....] ...      one bit for each frame: an aligned run of 2^k ones
//                                          is a free block of order k
//
// A set bit says that everything below it is free *and accounted for here*: the words under it are
// zero. A word that becomes all ones is emptied, and one bit is set in its parent; so a block is
// merged with its buddy by setting bits, and a word's free blocks are its aligned runs. Each level
// serves six orders. The bits of a level-L word are a *group*: 64 neighbours of 64^L frames.
//
// For each order there is a hierarchical bit set of the words whose largest free run has this
// order, and one word with a bit for each order that has any. Allocation therefore is: the lowest
// sufficient bit in that word, the first member of its set, the smallest sufficient run in that
// word, and, where the run is of a higher level, one word written for each level on the way down.
// No step depends on the size of the region beyond the number of levels (5 for 1 TiB), and none
// scans.
//
// Metadata, all of it out of band in memory that the caller provides, valid when zeroed:
//
//   header   128 words: magic, version, geometry, counts, where the rest lies
//   level 0  frameCount / 64 words, then its six sets interleaved (one line per 64 words)
//   level 1  1/64 of that, and so on up to the level of the largest order
//   withheld a hierarchical bit set of the frames that are not to be handed out
//
// Together about 2.2 bits for each frame, 0.007 % of 4 KiB pages; only what is used is touched.
// The idea of words as nodes goes back to bitmap buddies and van Emde Boas trees; choosing by the
// group with the smallest sufficient largest run is this project's (docs/Placement.md).

/// A buddy allocator of frame numbers: power-of-two blocks, naturally aligned, coalescing.
///
/// It hands out frame numbers and knows nothing of the memory that they stand for: no operating
/// system, no heap, no lock. Frames come under its care by ``extend(to:)``.
///
/// A value must be used by one thread at a time. All operations on one block are O(levels), that
/// is at most six steps; operations on ranges take as many as the range has aligned blocks.
public struct Buddy: ~Copyable {
  let words: MetadataWords
  /// The number of frames that may come under the buddy's care.
  public let frameCount: Int
  /// The order that blocks merge up to.
  public let largestOrder: Int
  let levelCount: Int

  /// The layout of the metadata, computed anew: for whoever looks at all of it.
  var geometry: BuddyGeometry {
    BuddyGeometry(frameCount: frameCount, largestOrder: largestOrder)
  }

  /// The bytes of metadata that a buddy of this geometry needs.
  ///
  /// - Precondition: `frameCount` is in `1...2^35`, `largestOrder` in `0...35`.
  /// - Complexity: O(levels). Any thread.
  public static func metadataByteCount(frameCount: Int, largestOrder: Int) -> Int {
    BuddyGeometry(frameCount: frameCount, largestOrder: largestOrder).wordCount
      * MemoryLayout<UInt64>.stride
  }

  /// Makes a buddy that manages no frame yet.
  ///
  /// - Parameters:
  ///   - metadata: zeroed memory of ``metadataByteCount(frameCount:largestOrder:)`` bytes, aligned
  ///     to 64 bytes, that nobody else uses and that outlives this value.
  ///   - frameCount: the number of frames that may come under its care, in `1...2^35`.
  ///   - largestOrder: blocks never merge beyond this order, in `0...35`.
  /// - Complexity: O(levels); touches the first 1024 bytes of the metadata.
  @unsafe
  public init(metadata: UnsafeMutableRawPointer, frameCount: Int, largestOrder: Int) {
    let geometry = BuddyGeometry(frameCount: frameCount, largestOrder: largestOrder)
    self.frameCount = frameCount
    self.largestOrder = largestOrder
    levelCount = geometry.levelCount
    // The caller promises memory of `metadataByteCount` bytes for this geometry.
    unsafe words = MetadataWords(metadata, count: geometry.wordCount)
    precondition(words[BuddyHeader.magic] == 0, "A buddy's metadata must be zeroed memory.")
    words[BuddyHeader.version] = BuddyHeader.currentVersion
    words[BuddyHeader.frameCount] = UInt64(frameCount)
    words[BuddyHeader.largestOrder] = UInt64(largestOrder)
    let words = self.words
    geometry.forEachDirectoryWord { words[$0] = $1 }
    words[BuddyHeader.magic] = BuddyHeader.magicNumber
  }

  /// Frames below this number have been given to the buddy: they are free, allocated or withheld.
  public var managedFrameCount: Int { Int(words[BuddyHeader.managedFrameCount]) }
}
