// Single frames, the common case by far, on a path of their own: level 0 is a constant here, and
// what most often happens - an isolated frame is taken, a frame without a free buddy is given back -
// changes one word, one count of blocks and the count of frames, and rarely a list.
//
// It does what the general operations do; nothing depends on its being used.

extension Buddy {
  /// Takes one frame out of a word of level 0.
  ///
  /// - Parameter listedRun: the order of the largest run in the words to choose from; no word with
  ///   a smaller one has any.
  @inline(__always)
  mutating func allocateFrame(listedRun: Int) -> Int {
    let words = self.words
    let word = lists(ofLevel: 0).first(lane: listedRun, in: words)
    let index = levelStart(0) &+ word
    let bits = words[index]
    countFreeFrames(by: -1)
    let pairs = FrameWord.paired(bits, order: 0)
    let isolated = bits & ~(pairs | (pairs &<< 1))
    if listedRun == 0 || isolated != 0 {
      // Where the largest order of a run is 0, pairs are no runs, and every frame is isolated.
      let candidates = listedRun == 0 ? bits : isolated
      let rest = bits ^ (candidates & (0 &- candidates))
      words[index] = rest
      count(order: 0, by: -1)
      if rest == 0 { unlistFrameWord(word, run: 0) }
      return word &<< 6 | candidates.trailingZeroBitCount
    }
    let found = FrameWord(bits).smallestRun(order: 1, limit: listedRun)
    count(order: found.order, by: -1)
    countEach(from: 0, upTo: found.order, by: 1)
    let rest = bits & ~(1 &<< UInt64(truncatingIfNeeded: found.start))
    words[index] = rest
    if found.order == listedRun {
      // One of the largest runs; there is a rest, because the run was not a single frame.
      let run = FrameWord(rest).largestRunOrder(limit: listedRun)
      if run != listedRun {
        unlistFrameWord(word, run: listedRun)
        listFrameWord(word, run: run)
      }
    }
    return word &<< 6 | found.start
  }

  /// Gives back one frame that the buddy manages.
  @inline(__always)
  mutating func freeFrame(_ frame: Int) throws(InvalidFree) {
    let words = self.words
    let word = frame &>> 6
    let mask: UInt64 = 1 &<< UInt64(truncatingIfNeeded: frame)
    let index = levelStart(0) &+ word
    let bits = words[index]
    if words[BuddyHeader.withheldFrameCount] != 0 || bits == 0 || bits & mask != 0 {
      // An empty word may be free as a part of something larger.
      try checkAllocated(level: 0, word: word, mask: mask)
    }
    let limit = runLimit(level: 0)
    let merged = FrameWord(bits).mergedOrder(start: frame & 63, order: 0, limit: limit)
    guard merged < FrameWord.fullOrder else { return giveFrame(frame) }
    words[index] = bits | mask
    countFreeFrames(by: 1)
    count(order: merged, by: 1)
    if merged == 0 {
      if bits == 0 { listFrameWord(word, run: 0) }
      return
    }
    for buddy in 0..<5 { count(order: buddy, by: buddy < merged ? -1 : 0) }
    // The buddy that was merged last is in this word, so its largest run has that order or more.
    if lists(ofLevel: 0).contains(word, lane: merged &- 1, in: words) {
      unlistFrameWord(word, run: merged &- 1)
      listFrameWord(word, run: merged)
    }
  }

  // The rarer steps are calls, so that the path around them needs few registers.

  @inline(never)
  private func listFrameWord(_ word: Int, run: Int) {
    list(Position(frame: word &<< 6, order: 0), run: run)
  }

  @inline(never)
  private func unlistFrameWord(_ word: Int, run: Int) {
    unlist(Position(frame: word &<< 6, order: 0), run: run)
  }

  @inline(never)
  private func giveFrame(_ frame: Int) {
    give(frame: frame, order: 0)
  }
}
