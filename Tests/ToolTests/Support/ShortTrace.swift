import Foundation

/// The first 20,000 events of a Linux machine that built a package, and what another program
/// counted in them.
enum ShortTrace {
  static let path = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Traces/linux-build-start.trace.gz").path

  static let eventCount = 20_000
  /// After the last event: the trace was cut off where it still grows.
  static let peakPageCount = 11_943
  static let minimalBlockCount = 24
  static let linuxBlockCount = 416
  /// Frees on another processor than the allocation's, within the same thousand events.
  static let handoverCount = 12
}
