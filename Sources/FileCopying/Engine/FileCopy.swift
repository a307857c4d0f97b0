// A copy from beginning to end:
//
//   source --read--> blocks of one region --write--> a file beside the destination
//                                                    |
//            destination <--rename-- fsync <--compare if asked for
//
// Until the rename nothing at the destination changes. Whatever goes wrong is thrown, and on the
// way out the file beside the destination goes away.

import IOPages
import IORings
package import SystemPackage

/// One copy of a regular file.
package struct FileCopy {
  package let source: FilePath
  package let destination: FilePath
  package let options: CopyOptions

  package init(from source: FilePath, to destination: FilePath, options: CopyOptions) {
    self.source = source
    self.destination = destination
    self.options = options
  }

  /// Copies the file.
  ///
  /// - Parameters:
  ///   - interruption: Asked between two blocks: the signal that wants the copy to end, if any.
  ///   - progress: Told how far the copy is, once for each block.
  /// - Throws: ``CopyError``. The destination is as it was, but for
  ///   ``CopyError/directoryNotSynchronized(_:_:)``.
  package func run(
    interruption: @escaping () -> Int32? = { nil },
    progress: @escaping (CopyProgress) -> Void = { _ in }
  ) throws(CopyError) -> CopyReport {
    try options.validate()
    let source = try SourceFile(at: source, directly: options.usesDirectIO)
    let destinationPath = try DestinationPath(
      following: destination, source: (self.source, source.status))
    let plan = CopyPlan(
      byteCount: source.status.byteCount, blockByteCount: options.blockByteCount)
    // An empty file needs no block at all, but shows what the region is given like any other.
    let wantedCount = min(options.queueDepth, max(plan.blockCount, options.verifies ? 2 : 1))
    let memory = try CopyMemory(options, blockCount: wantedCount)
    var destination = try DestinationFile(
      for: destinationPath,
      permissions: (destinationPath.existing ?? source.status).permissions,
      directly: options.usesDirectIO)

    var opened =
      try options.usesRing
      ? memory.openRing(capacity: wantedCount) : OpenedRing(ring: nil, method: .calls)
    let queue: BlockQueue
    do throws(OutOfMemory) {
      queue = try BlockQueue(
        blockCount: wantedCount, byteCount: options.blockByteCount, from: memory.pool,
        through: opened.ring.take(), source: source.file, destination: destination.file)
    } catch {
      throw .outOfMemory(error)
    }
    guard !options.verifies || queue.count >= 2 else { throw .verifyingNeedsTwoBlocks }
    let run = CopyRun(
      plan: plan, queue: queue, options: options, interruption: interruption, progress: progress)

    let clock = ContinuousClock()
    let start = clock.now
    try destination.preallocate(byteCount: plan.byteCount)
    try copy(run, source)
    if plan.hasUnalignedTail { try destination.resize(to: plan.byteCount) }
    try requireUnchanged(source)
    try destination.synchronize()
    let copied = clock.now
    if options.verifies {
      try compare(run, source)
    }
    let compared = clock.now
    try run.stopIfInterrupted()
    try destination.publish()

    // The report draws blocks, and what a cache keeps is in no block that is free.
    memory.pool.drainCaches()
    return CopyReport(
      byteCount: plan.byteCount,
      duration: start.duration(to: copied) + compared.duration(to: clock.now),
      isVerified: options.verifies,
      granted: CopyGrant(
        region: memory.region.granted, regionByteCount: memory.region.byteCount,
        committedByteCount: memory.region.committedByteCount,
        blockByteCount: options.blockByteCount, blockCount: queue.count, method: opened.method,
        readsDirectly: queue.source.isDirect, writesDirectly: queue.destination.isDirect),
      statistics: memory.pool.statistics)
  }

  private func copy(_ run: CopyRun, _ source: borrowing SourceFile) throws(CopyError) {
    do throws(CopyError) {
      try run.copyBlocks()
    } catch {
      // It was read to its end; who else than the system could have misplaced that?
      if case .sourceChanged = error, try source.isUnchanged() {
        throw .sizeUntrue(self.source, said: ByteSize(byteCount: source.status.byteCount))
      }
      throw error
    }
  }

  private func compare(_ run: CopyRun, _ source: borrowing SourceFile) throws(CopyError) {
    do throws(CopyError) {
      try run.compareBlocks()
    } catch {
      // A difference that a later writer of the source made is not a failure of the copy.
      if case .verificationFailed = error { try requireUnchanged(source) }
      throw error
    }
    try requireUnchanged(source)
  }

  private func requireUnchanged(_ source: borrowing SourceFile) throws(CopyError) {
    guard try source.isUnchanged() else { throw .sourceChanged(self.source) }
  }
}
