import FileCopying
import Testing

@Suite struct CopyProgressTests {
  @Test func knowsRateAndRemainingTime() {
    let progress = CopyProgress(
      phase: .copying, doneByteCount: 256, byteCount: 1024, elapsed: .seconds(2))
    #expect(progress.fraction == 0.25)
    #expect(progress.rate == 128)
    #expect(progress.remaining == .seconds(6))
  }

  @Test func hasNoRateBeforeTimeHasPassed() {
    let progress = CopyProgress(
      phase: .copying, doneByteCount: 256, byteCount: 1024, elapsed: .zero)
    #expect(progress.rate == nil)
    #expect(progress.remaining == nil)
  }

  @Test func hasNoRemainingTimeBeforeBytesHaveMoved() {
    let progress = CopyProgress(
      phase: .verifying, doneByteCount: 0, byteCount: 1024, elapsed: .seconds(1))
    #expect(progress.rate == 0)
    #expect(progress.remaining == nil)
  }

  @Test func anEmptyFileIsDone() {
    let progress = CopyProgress(
      phase: .copying, doneByteCount: 0, byteCount: 0, elapsed: .seconds(1))
    #expect(progress.fraction == 1)
  }
}
