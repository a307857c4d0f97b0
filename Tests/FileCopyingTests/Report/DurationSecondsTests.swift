import FileCopying
import Testing

@Suite struct DurationSecondsTests {
  @Test(arguments: [0, 1, 59, 3723, 86_400, 1 << 40])
  func wholeSecondsAreExact(seconds: Int) {
    #expect(Duration.seconds(seconds).inSeconds == Double(seconds))
  }

  @Test func partsOfASecondCount() {
    #expect(Duration.milliseconds(1500).inSeconds == 1.5)
    #expect(Duration.milliseconds(-250).inSeconds == -0.25)
    #expect(Duration.nanoseconds(1).inSeconds == 1e-9)
  }
}
