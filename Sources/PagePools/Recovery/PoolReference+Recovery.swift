// Where a pool keeps its block table: as the last step of an allocation, when the pages hold what was
// asked for and the request is about to return, and as the first of a free. Pages that are between
// the buddy and a caller are therefore free to whoever recovers, and nothing is lost with them.

extension PoolReference {
  /// Whether what callers have is recorded for another process. Never changes.
  @inline(__always)
  var isRecoverable: Bool { unsafe control.pointee.isRecoverable }  // never changes

  /// Records a block that is about to go to its caller.
  @inline(__always)
  func recordBlock(_ frames: Range<Int>, tag: AllocationTag) {
    if isRecoverable { withLock { $0.blockTable?.add(frames, tag: tag.value) } }
  }

  /// Records single pages that are about to go to their caller, all of them at one instant.
  ///
  /// - Parameter frame: the page of an index below `count`, which is at least one.
  package func recordSinglePages(_ count: Int, tag: AllocationTag, frame: (Int) -> Int) {
    guard isRecoverable else { return }
    withLock { $0.blockTable?.add(singlePages: count, tag: tag.value, page: frame) }
  }
}

extension PoolState {
  /// Records that a caller has given pages back, which are not handed out to anybody yet.
  func recordReturn(of frames: Range<Int>) { blockTable?.remove(frames) }
}

extension PagePool {
  /// Takes the blocks of a table out of a pool that has just been opened: they are out, and their
  /// owners are to be made by `IOPage(recovering:)`.
  ///
  /// - Precondition: the blocks are those of the pool's own table, and nothing else is out.
  /// - Complexity: O(levels) for each aligned block that they consist of.
  package func restore(_ blocks: [RecoveredBlock]) {
    reference.withLock { state in
      for block in blocks {
        guard state.buddy.allocate(at: block.pages)
        else { fatalError("A block of the table cannot be taken from the buddy.") }
        state.inspection?.take(block.pages, block.tag)
      }
    }
  }
}
