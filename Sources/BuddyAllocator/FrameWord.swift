// Bit tricks on one word of the radix tree. A word describes 64 neighbours: frames on level 0,
// groups of 64^L frames on level L. A set bit is a free one. An aligned run of 2^k set bits is a
// free block, so that a word needs no other record of how its bits combine: coalescing inside a
// word is reading it.
//
//   bit   7 6 5 4 3 2 1 0
//         1 1 1 1 0 1 1 0     one run of order 2 (bits 4-7), two of order 0 (bits 1 and 2: together
//                             they are two bits long, but not aligned)

/// One word of 64 free bits.
struct FrameWord {
  /// The order of a run that fills the word.
  static let fullOrder = 6

  var bits: UInt64

  init(_ bits: UInt64) { self.bits = bits }

  /// 2^order set bits at the low end. `order` is in 0...5.
  @inline(__always)
  static func run(order: Int) -> UInt64 { (1 &<< (1 &<< UInt64(order))) &- 1 }

  /// A bit at every position where an aligned run of `order` may start. `order` is in 0...5.
  @inline(__always)
  static func starts(order: Int) -> UInt64 {
    switch order {
    case 0: 0xffff_ffff_ffff_ffff
    case 1: 0x5555_5555_5555_5555
    case 2: 0x1111_1111_1111_1111
    case 3: 0x0101_0101_0101_0101
    case 4: 0x0001_0001_0001_0001
    default: 0x0000_0001_0000_0001
    }
  }

  // The loops below run over a constant range where they could end earlier: unrolled, they need
  // neither a table of masks nor a shift by a variable.

  /// The starts of the wholly set aligned runs of `order + 1`, from those of `order`.
  @inline(__always)
  static func paired(_ runs: UInt64, order: Int) -> UInt64 {
    runs & (runs &>> (1 &<< UInt64(order))) & starts(order: order &+ 1)
  }

  /// The starts of the wholly set aligned runs of `order`, in 0...5.
  @inline(__always)
  func runs(order: Int) -> UInt64 {
    var runs = bits
    for smaller in 0..<5 where smaller < order {
      runs = FrameWord.paired(runs, order: smaller)
    }
    return runs
  }

  /// The order of the largest aligned run of set bits, at most `limit`. The word is not zero.
  @inline(__always)
  func largestRunOrder(limit: Int) -> Int {
    assert(bits != 0)
    var runs = bits
    for order in 0..<5 {
      runs = FrameWord.paired(runs, order: order)
      if runs == 0 { return Swift.min(order, limit) }
    }
    return Swift.min(bits == .max ? FrameWord.fullOrder : 5, limit)
  }

  /// The smallest run of at least `order`, lowest first: isolated runs before parts of larger
  /// ones. Runs longer than `limit` count as several of that order. There is such a run, and the
  /// word is not full unless `limit` is below 6.
  @inline(__always)
  func smallestRun(order: Int, limit: Int) -> (start: Int, order: Int) {
    var runs = bits
    for length in 0..<5 {
      let larger = FrameWord.paired(runs, order: length)
      if length >= order {
        guard length < limit else { return (runs.trailingZeroBitCount, length) }
        let isolated = runs & ~(larger | (larger &<< (1 &<< UInt64(length))))
        if isolated != 0 { return (isolated.trailingZeroBitCount, length) }
      }
      runs = larger
    }
    assert(runs != 0, "The word has no run of this order.")
    return (runs.trailingZeroBitCount, limit > 5 && bits == .max ? FrameWord.fullOrder : 5)
  }

  /// The order of the largest aligned run that the run of `order` at `start`, none of whose bits is
  /// set, would be part of if it were set; at most `limit`.
  ///
  /// Without a loop: a run grows until its block has a bit that is not set, and of all those the
  /// nearest below and the nearest above come first.
  @inline(__always)
  func mergedOrder(start: Int, order: Int, limit: Int) -> Int {
    let others = ~bits & ~(FrameWord.run(order: order) &<< UInt64(truncatingIfNeeded: start))
    let below = others & ((1 &<< UInt64(truncatingIfNeeded: start)) &- 1)
    // Where there is none, 64 above and -1 below stand for the neighbouring words' bits.
    let above = (others ^ below).trailingZeroBitCount
    let nearest = 63 &- below.leadingZeroBitCount
    let distance = Swift.min(
      UInt64(truncatingIfNeeded: start ^ above), UInt64(truncatingIfNeeded: start ^ nearest))
    return Swift.min(63 &- distance.leadingZeroBitCount, limit)
  }

  /// The number of maximal aligned runs of exactly `order`; runs longer than `limit` count as
  /// several of that order.
  func runCount(order: Int, limit: Int) -> Int {
    let runs = runs(order: order)
    guard order < limit else { return runs.nonzeroBitCount }
    let larger = FrameWord.paired(runs, order: order)
    return runs.nonzeroBitCount &- 2 &* larger.nonzeroBitCount
  }
}
