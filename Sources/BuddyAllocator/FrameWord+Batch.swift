// Many runs of one word at once.

extension FrameWord {
  /// The bits of the runs of `order` that start at the bits `starts`. `order` is in 0...5.
  @inline(__always)
  static func spread(_ starts: UInt64, order: Int) -> UInt64 {
    starts &* run(order: order)
  }

  /// Each of the lowest `64 >> order` bits made a run of `order`.
  @inline(__always)
  static func widened(_ bits: UInt64, order: Int) -> UInt64 {
    var starts: UInt64 = 0
    var rest = bits
    while rest != 0 {
      starts |= 1 &<< UInt64(rest.trailingZeroBitCount &<< order)
      rest &= rest &- 1
    }
    return spread(starts, order: order)
  }

  /// The starts of up to `count` runs of `order`, just those that ``smallestRun(order:limit:)``
  /// would find one after the other if each was taken: the smallest runs first, the lowest first.
  ///
  /// - Parameter limit: the order of the word's largest run.
  @inline(__always)
  func starts(ofSmallestRuns order: Int, atMost count: Int, limit: Int) -> UInt64 {
    var runs = runs(order: order)
    guard runs.nonzeroBitCount > count else { return runs }
    let every = runs
    var chosen: UInt64 = 0
    var missing = count
    var length = order
    while true {
      let larger = length < limit ? FrameWord.paired(runs, order: length) : 0
      let isolated = runs & ~(larger | (larger &<< (1 &<< UInt64(length))))
      let starts = FrameWord.spread(isolated, order: length) & every
      let found = starts.nonzeroBitCount
      guard found < missing else { return chosen | FrameWord.lowest(missing, of: starts) }
      chosen |= starts
      missing &-= found
      runs = larger
      length &+= 1
    }
  }

  /// The lowest `count` set bits. There are as many.
  @inline(__always)
  private static func lowest(_ count: Int, of bits: UInt64) -> UInt64 {
    var rest = bits
    for _ in 0..<count { rest &= rest &- 1 }
    return bits ^ rest
  }
}
