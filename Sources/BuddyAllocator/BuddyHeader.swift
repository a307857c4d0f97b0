// The first 1024 bytes of a buddy's metadata: what it is, for which geometry, its counts, and where
// the parts of the metadata lie. The last could be computed from the geometry each time; reading it
// takes one load that is in the cache anyway.

/// The words of the metadata header.
enum BuddyHeader {
  static let wordCount = 128
  /// "BUDDY64" and a zero byte.
  static let magicNumber: UInt64 = 0x0034_3659_4444_5542
  static let currentVersion: UInt64 = 2

  static let magic = 0
  static let version = 1
  static let frameCount = 2
  static let largestOrder = 3
  /// Frames below this number have been given to the buddy.
  static let managedFrameCount = 4
  static let freeFrameCount = 5
  /// One bit for each order that some word's largest free run has.
  static let ordersPresent = 6
  static let withheldFrameCount = 7
  /// One word for each order 0...35: the number of maximal free blocks.
  static let freeBlockCounts = 8
  /// Eight words for each level, then for the withheld frames: the index of the level's first word,
  /// and where its sets lie (``HierarchicalBitSet``).
  static let directory = 64
  static let directoryEntryShift = 3
  static let withheldEntry = directory + BuddyGeometry.levelLimit << directoryEntryShift

  /// The place of a level's entry in the directory.
  @inline(__always)
  static func entry(ofLevel level: Int) -> Int { directory &+ level &<< directoryEntryShift }
}
