// The second loop of a copy, on request: it reads both files again and compares them.

import Glibc
import SystemPackage

extension CopyRun {
  /// Reads both files and compares them.
  func compareBlocks() throws(CopyError) {
    guard queue.count >= 2 else { throw .verifyingNeedsTwoBlocks }
    try dropCachedBytes()
    var report = ProgressReport(.verifying, of: self)
    // Two blocks at a time hold the same part of both files: block 2p that of the source, 2p + 1
    // that of the destination.
    let pairCount = queue.count / 2
    var idle = Array(0..<pairCount)
    var parts = [(index: Int, isHalfRead: Bool)](repeating: (0, false), count: pairCount)
    var nextPart = 0
    while nextPart < plan.blockCount || idle.count < pairCount {
      try stopIfInterrupted()
      while nextPart < plan.blockCount, let pair = idle.popLast() {
        parts[pair] = (nextPart, false)
        let bytes = plan[nextPart]
        try queue.read(
          into: 2 * pair, from: .source, at: bytes.lowerBound, byteCount: bytes.count)
        try queue.read(
          into: 2 * pair + 1, from: .destination, at: bytes.lowerBound, byteCount: bytes.count)
        nextPart += 1
      }
      guard let finished = try queue.next() else { continue }
      let pair = finished.block / 2
      let bytes = plan[parts[pair].index]
      guard finished.byteCount == bytes.count else {
        throw finished.block.isMultiple(of: 2)
          ? .sourceChanged(queue.source.path) : failure(at: bytes.lowerBound)
      }
      guard parts[pair].isHalfRead else {
        parts[pair].isHalfRead = true
        continue
      }
      guard queue.haveEqualBytes(2 * pair, 2 * pair + 1, byteCount: bytes.count) else {
        throw failure(at: bytes.lowerBound)
      }
      idle.append(pair)
      report.add(bytes.count)
    }
  }

  private func failure(at offset: Int) -> CopyError {
    .verificationFailed(queue.destination.path, offset: offset)
  }

  /// Has the destination's bytes read from the device, where they would come from the page cache.
  private func dropCachedBytes() throws(CopyError) {
    guard !queue.destination.isDirect else { return }
    // An advice: a file system that ignores it has its cache compared.
    _ = posix_fadvise(queue.destination.descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED)
  }
}
