// One block's way from or to a file, from its first byte to its last, in however many calls that
// takes: a call may transfer less than it was asked for.

/// Which of the two files a block is read from; written is only the destination.
enum CopySide {
  case source, destination
}

/// A transfer of one block and how far it has come.
struct BlockTransfer {
  enum Direction {
    case read(CopySide)
    case write
  }

  let direction: Direction
  /// Where in the file the block begins, in bytes.
  let offset: Int
  /// The bytes asked for: whole pages where the file is used past the page cache.
  let byteCount: Int
  /// The bytes that complete the transfer; the rest is padding.
  let neededByteCount: Int
  /// The bytes transferred so far.
  private(set) var doneByteCount = 0
  /// Whether the last call went past the page cache.
  var wasDirect = false

  init(_ direction: Direction, at offset: Int, byteCount: Int, neededByteCount: Int) {
    self.direction = direction
    self.offset = offset
    self.byteCount = byteCount
    self.neededByteCount = neededByteCount
  }

  /// The side whose file the transfer is about.
  var side: CopySide {
    switch direction {
    case .read(let side): side
    case .write: .destination
    }
  }

  /// Whether the transfer fills the block, or empties it.
  var isRead: Bool {
    switch direction {
    case .read: true
    case .write: false
    }
  }

  /// Counts what a call transferred.
  ///
  /// - Returns: Whether that was the last call: all is there, or the file has no more.
  mutating func advance(by byteCount: Int) -> Bool {
    doneByteCount += byteCount
    return byteCount == 0 || doneByteCount >= neededByteCount
  }
}
