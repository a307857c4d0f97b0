// The main loop of a copy: it carries each block of the file from the source to the destination,
// and keeps every block of the queue busy with one or the other.

/// The state that both loops share.
struct CopyRun {
  let plan: CopyPlan
  let queue: BlockQueue
  let options: CopyOptions
  let interruption: () -> Int32?
  let progress: (CopyProgress) -> Void

  /// Throws if a signal wants the copy to end.
  func stopIfInterrupted() throws(CopyError) {
    if let signal = interruption() { throw .interrupted(signal: signal) }
  }

  /// Carries all blocks of the file from the source to the destination.
  func copyBlocks() throws(CopyError) {
    var report = ProgressReport(.copying, of: self)
    var idle = Array(0..<queue.count)
    // For each block of the queue: the part of the file it carries, and whether it is on its way
    // out already.
    var parts = [(index: Int, isWritten: Bool)](repeating: (0, false), count: queue.count)
    var nextPart = 0
    while nextPart < plan.blockCount || idle.count < queue.count {
      try stopIfInterrupted()
      while nextPart < plan.blockCount, let block = idle.popLast() {
        parts[block] = (nextPart, false)
        let bytes = plan[nextPart]
        try queue.read(
          into: block, from: .source, at: bytes.lowerBound, byteCount: bytes.count)
        nextPart += 1
      }
      guard let finished = try queue.next() else { continue }
      let part = parts[finished.block]
      let bytes = plan[part.index]
      if part.isWritten {
        idle.append(finished.block)
        report.add(bytes.count)
        options.blockWasWritten?(part.index)
      } else {
        // Fewer bytes: the source was cut off. More: it has grown.
        guard finished.byteCount == bytes.count else {
          throw .sourceChanged(queue.source.path)
        }
        parts[finished.block].isWritten = true
        try queue.write(from: finished.block, at: bytes.lowerBound, byteCount: bytes.count)
      }
    }
  }
}

/// Counts bytes and tells about them.
struct ProgressReport {
  private let phase: CopyProgress.Phase
  private let run: CopyRun
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var doneByteCount = 0

  init(_ phase: CopyProgress.Phase, of run: CopyRun) {
    self.phase = phase
    self.run = run
    start = clock.now
  }

  mutating func add(_ byteCount: Int) {
    doneByteCount += byteCount
    run.progress(
      CopyProgress(
        phase: phase, doneByteCount: doneByteCount, byteCount: run.plan.byteCount,
        elapsed: start.duration(to: clock.now)))
  }
}
