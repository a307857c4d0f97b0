import Testing
import iopages

@Suite struct SeededGeneratorTests {
  /// The first values of the authors' own program for the seed 1234567.
  @Test func makesThePublishedNumbers() {
    var generator = SeededGenerator(seed: 1_234_567)
    let numbers = (0..<5).map { _ in generator.next() }
    #expect(
      numbers == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  @Test func aSeedMakesTheSameNumbersAgain() {
    var first = SeededGenerator(seed: 5)
    var second = SeededGenerator(seed: 5)
    for _ in 0..<100 { #expect(first.next() == second.next()) }
  }
}
