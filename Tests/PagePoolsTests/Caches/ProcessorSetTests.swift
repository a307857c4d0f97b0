import Testing

@testable import PagePools

@Suite struct ProcessorSetTests {
  @Test func membersAreVisitedInAscendingOrder() {
    var set = ProcessorSet()
    #expect(Array(set).isEmpty)
    for processor in [1023, 0, 64, 63, 700, 64] { set.insert(processor) }
    #expect(Array(set) == [0, 63, 64, 700, 1023])
    #expect(Array(set) == [0, 63, 64, 700, 1023], "visiting takes nothing away")
    #expect(set.contains(700))
    #expect(!set.contains(701))
  }
}
