// How far a copy is, and when it will be done.

/// A moment of a copy.
package struct CopyProgress: Equatable, Sendable {
  package enum Phase: Sendable {
    case copying, verifying
  }

  package let phase: Phase
  /// The bytes of the file that are copied, or compared, so far.
  package let doneByteCount: Int
  /// The length of the file in bytes.
  package let byteCount: Int
  /// The time since the phase began.
  package let elapsed: Duration

  package init(phase: Phase, doneByteCount: Int, byteCount: Int, elapsed: Duration) {
    self.phase = phase
    self.doneByteCount = doneByteCount
    self.byteCount = byteCount
    self.elapsed = elapsed
  }

  /// What is done, from 0 to 1; an empty file is done from the start.
  package var fraction: Double {
    byteCount == 0 ? 1 : Double(doneByteCount) / Double(byteCount)
  }

  /// Bytes per second so far, or nil as long as no time has passed.
  package var rate: Double? {
    elapsed > .zero ? Double(doneByteCount) / elapsed.inSeconds : nil
  }

  /// The time that the rest will take at the rate so far, or nil as long as there is no rate.
  package var remaining: Duration? {
    guard let rate, rate > 0 else { return nil }
    return .seconds(Double(byteCount - doneByteCount) / rate)
  }
}
