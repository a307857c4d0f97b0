import Testing

@testable import iopages

@Suite struct StressOptionsTests {
  @Test func theThreadsShareTheOperations() {
    var options = StressOptions()
    options.threads = 3
    #expect(options.operations(ofThread: 0) == nil)
    options.operations = 11
    #expect((0..<3).map { options.operations(ofThread: $0) } == [4, 4, 3])
  }

  @Test func aLifeIsShortWhereThereAreFewOperations() {
    var options = StressOptions()
    #expect(options.longestLife == 20_000)
    options.operations = 8000
    #expect(options.longestLife == 1000)
    options.operations = 10
    #expect(options.longestLife == 100)
    options.life = 7
    #expect(options.longestLife == 7)
  }
}
