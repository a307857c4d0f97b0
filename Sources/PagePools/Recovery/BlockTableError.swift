/// Why a block table that was left behind cannot be recovered from: what was read is none, or has
/// been written to by somebody else. It is never trusted unseen.
public enum BlockTableError: Error, Equatable, Sendable {
  /// There is no table: the memory belongs to something else.
  case notABlockTable
  /// The table was never finished: its owner ended while it was opening the pool.
  case incomplete
  /// The table is of another version of this package.
  case unsupportedVersion(UInt64)
  /// The numbers of pages and bytes that the table gives do not agree with each other, or with the
  /// memory's size.
  case wrongGeometry
  /// The intent is none that a pool writes.
  case invalidIntent
  /// Something is marked behind the last page.
  case markOutOfRange
  /// A block starts at this page, inside another one.
  case blocksOverlap(page: Int)
  /// A block ends at this page that has not started.
  case endWithoutBlock(page: Int)
  /// The block that starts at this page has no end.
  case blockWithoutEnd(page: Int)
  /// The block that starts at this page is larger than blocks can be.
  case blockTooLarge(page: Int)
}

extension BlockTableError: CustomStringConvertible {
  /// What is wrong, in one sentence.
  public var description: String {
    switch self {
    case .notABlockTable: "The memory has no table of blocks."
    case .incomplete: "The table of blocks was never finished."
    case .unsupportedVersion(let version): "The table of blocks has the unknown version \(version)."
    case .wrongGeometry: "The table of blocks does not fit the memory."
    case .invalidIntent: "The table of blocks has an intent that no pool writes."
    case .markOutOfRange: "The table of blocks has marks behind the last page."
    case .blocksOverlap(let page): "A block starts at page \(page), inside another one."
    case .endWithoutBlock(let page): "A block ends at page \(page) that has not started."
    case .blockWithoutEnd(let page): "The block that starts at page \(page) has no end."
    case .blockTooLarge(let page):
      "The block that starts at page \(page) is larger than blocks can be."
    }
  }
}
