/// Why frames cannot be freed. The buddy is unchanged when this is thrown.
public enum InvalidFree: Error, Equatable, Sendable {
  /// The order is negative or larger than the largest, the range is empty, or it reaches outside
  /// of the frames that the buddy manages.
  case outOfRange
  /// The first frame is not a multiple of the block's length.
  case misaligned
  /// Some of the frames are withheld: they were never handed out.
  case withheld
  /// Some of the frames are free already.
  case alreadyFree
  /// Some of the frames that were to be released are not withheld.
  case notWithheld
}
