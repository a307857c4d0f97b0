import Testing

@testable import PagePools

@Suite struct QuarantineTests {
  @Test func runsLeaveInTheOrderOfTheirComing() {
    var quarantine = Quarantine()
    for number in 0..<100 { quarantine.append(number * 3..<number * 3 + 2) }
    #expect(quarantine.pageCount == 200)
    for number in 0..<100 {
      #expect(quarantine.removeFirst() == number * 3..<number * 3 + 2)
      quarantine.append(1000..<1001)
    }
    #expect(quarantine.pageCount == 100)
    for _ in 0..<100 { #expect(quarantine.removeFirst() == 1000..<1001) }
    #expect(quarantine.removeFirst() == nil)
    #expect(quarantine.pageCount == 0)
  }
}
