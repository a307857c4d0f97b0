// The line that shows how far a copy is, or a stress. It is drawn on a terminal only, over itself, and
// not more often than somebody can read.

package import FileCopying

/// Draws the progress of what takes long on standard error.
package struct ProgressBar {
  private let isShown = standardErrorIsTerminal
  private let clock = ContinuousClock()
  private var lastDrawn: ContinuousClock.Instant?

  /// Draws the bar if the last time is long enough ago, or if a phase is complete.
  mutating func show(_ progress: CopyProgress) {
    show(isComplete: progress.doneByteCount == progress.byteCount) { width in
      Self.line(progress, width: width)
    }
  }

  /// Draws the bar if the last time is long enough ago.
  mutating func show(_ progress: StressProgress) {
    show(isComplete: false) { width in Self.line(progress, width: width) }
  }

  private mutating func show(isComplete: Bool, line: (_ width: Int) -> String) {
    guard isShown else { return }
    let now = clock.now
    if let lastDrawn, !isComplete, lastDrawn.duration(to: now) < .milliseconds(100) { return }
    lastDrawn = now
    writeToStandardError("\r\(line(terminalWidth - 1))")
  }

  /// Takes the bar away.
  func clear() {
    guard isShown, lastDrawn != nil else { return }
    writeToStandardError("\r\u{1B}[K")
  }

  /// The line for one moment, exactly `width` characters long: what does not fit is left out from
  /// the end, since a line that wraps could not be drawn over.
  ///
  ///     copying   [#########           ]  45%  461.0 MiB of 1.0 GiB  905.3 MiB/s  0:01 left
  package static func line(_ progress: CopyProgress, width: Int) -> String {
    let verb =
      switch progress.phase {
      case .copying: "copying"
      case .verifying: "verifying"
      }
    let done = ByteSize(byteCount: progress.doneByteCount).rounded
    let total = ByteSize(byteCount: progress.byteCount).rounded
    let rate = progress.rate.map { ByteSize(byteCount: Int($0)).rounded + "/s" } ?? ""
    let remaining = progress.remaining.map { $0.clockText + " left" } ?? ""
    let figures = [
      "\(done) of \(total)".paddedLeft(to: 22), rate.paddedLeft(to: 12),
      remaining.paddedLeft(to: 12),
    ]
    return line(verb, progress.fraction, figures, width: width)
  }

  /// The same for a stress.
  ///
  ///     stressing [#########           ]  45%    1234567 operations        0:04 passed
  static func line(_ progress: StressProgress, width: Int) -> String {
    let figures = [
      "\(progress.operations) operations".paddedLeft(to: 22),
      "\(progress.elapsed.clockText) passed".paddedLeft(to: 18),
    ]
    return line("stressing", progress.fraction, figures, width: width)
  }

  private static func line(
    _ verb: String, _ fraction: Double, _ columns: [String], width: Int
  ) -> String {
    // The percentage is rounded down: 100 % is when all of it is there.
    let figures = (["\(Int(fraction * 100))%".paddedLeft(to: 4)] + columns)
      .joined(separator: " ")
    let barWidth = max(0, width - 9 - figures.count - 4)
    let filled = Int(fraction * Double(barWidth))
    let bar =
      String(repeating: "#", count: filled) + String(repeating: " ", count: barWidth - filled)
    let isNarrow = width < 9 + figures.count + 4
    // Without a bar the figures have its place.
    let line = "\(verb.paddedRight(to: 9)) \(isNarrow ? "" : "[\(bar)] ")\(figures)"
    return String(line.prefix(max(0, width))).paddedRight(to: width)
  }
}
