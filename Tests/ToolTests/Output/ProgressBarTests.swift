import FileCopying
import Testing

@testable import iopages

@Suite struct ProgressBarTests {
  @Test func showsFiguresAndABar() {
    let line = ProgressBar.line(
      CopyProgress(
        phase: .copying, doneByteCount: 256 << 20, byteCount: 1 << 30, elapsed: .seconds(2)),
      width: 100)
    #expect(line.count == 100)
    #expect(line.hasPrefix("copying   [#"))
    for text in [" 25%", "256.0 MiB of 1.0 GiB", "128.0 MiB/s", "0:06 left"] {
      #expect(line.contains(text), "\(line)")
    }
    let bar = line.filter { $0 == "#" }.count
    let room = bar + (line.split(separator: "[")[1].prefix { $0 != "]" }.count - bar)
    #expect(bar == room / 4)
  }

  @Test(arguments: [0, 10, 40, 60, 80, 200], [CopyProgress.Phase.copying, .verifying])
  func fitsAnyWidth(width: Int, phase: CopyProgress.Phase) {
    for done in [0, 1, 500, 1000] {
      let line = ProgressBar.line(
        CopyProgress(phase: phase, doneByteCount: done, byteCount: 1000, elapsed: .seconds(1)),
        width: width)
      #expect(line.count == width, "\(line)")
      if width >= 40 { #expect(line.contains("%")) }
    }
  }

  @Test(arguments: [0, 10, 40, 60, 80, 200])
  func aStressFitsAnyWidth(width: Int) {
    var options = StressOptions()
    options.operations = 4000
    let line = ProgressBar.line(
      StressProgress(operations: 1000, elapsed: .seconds(5), options: options), width: width)
    #expect(line.count == width)
    if width >= 60 {
      for text in ["stressing", " 25%", "1000 operations", "0:05 passed"] {
        #expect(line.contains(text), "\(line)")
      }
    }
  }

  @Test func isFullOnlyAtTheEnd() {
    let almost = CopyProgress(
      phase: .verifying, doneByteCount: 999_999, byteCount: 1_000_000, elapsed: .seconds(1))
    #expect(ProgressBar.line(almost, width: 100).contains(" 99%"))
    let empty = CopyProgress(phase: .verifying, doneByteCount: 0, byteCount: 0, elapsed: .zero)
    #expect(ProgressBar.line(empty, width: 100).contains("100%"))
  }
}
