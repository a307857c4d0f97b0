// Where hierarchical bit sets lie in the metadata, as computed from their capacity.

/// The shape of interleaved hierarchical bit sets: how many words each height has, and where.
struct BitSetLayout {
  static let heightLimit = 6

  /// How many words of each set there are, all heights together.
  let wordCount: Int
  let height: Int
  /// log2 of the number of interleaved sets.
  let laneShift: Int
  /// The metadata index of each height's first word.
  private let starts: InlineArray<6, Int>

  /// - Parameters:
  ///   - capacity: members are `0..<capacity`.
  ///   - base: the metadata index of the first word.
  ///   - laneShift: the binary logarithm of the number of interleaved sets.
  init(capacity: Int, base: Int, laneShift: Int) {
    var starts = InlineArray<6, Int>(repeating: 0)
    var count = capacity
    var total = 0
    var height = 0
    repeat {
      count = (count &+ 63) &>> 6
      starts[height] = base &+ total &<< laneShift
      total &+= count
      height &+= 1
    } while count > 1
    self.starts = starts
    self.wordCount = total
    self.height = height
    self.laneShift = laneShift
  }

  /// The metadata words that all interleaved sets take together.
  var footprint: Int { wordCount &<< laneShift }

  func wordIndex(lane: Int, height: Int, index: Int) -> Int {
    starts[height] &+ index &<< laneShift &+ lane
  }

  /// The words that a directory entry consists of: the height, then each height's first word.
  func forEachDirectoryWord(_ body: (_ offset: Int, _ word: UInt64) -> Void) {
    body(0, UInt64(height))
    for index in 0..<height { body(1 &+ index, UInt64(starts[index])) }
  }
}
