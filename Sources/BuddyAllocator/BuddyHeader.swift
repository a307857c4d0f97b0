// The first 512 bytes of a buddy's metadata: what it is, for which geometry, and its counts.

/// The words of the metadata header.
enum BuddyHeader {
  static let wordCount = 64
  /// "BUDDY64" and a zero byte.
  static let magicNumber: UInt64 = 0x0034_3659_4444_5542
  static let currentVersion: UInt64 = 1

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
}
