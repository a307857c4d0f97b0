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

  @Test func numbersBeyondTheLimitHaveNoCaches() {
    let set = ProcessorSet([4, 1024, 1023, 4, 100_000])
    #expect(Array(set) == [4, 1023])
    #expect(set.count == 2)
    #expect(ProcessorSet().count == 0)
    #expect(ProcessorSet(0..<5000).count == 1024)
  }
}
