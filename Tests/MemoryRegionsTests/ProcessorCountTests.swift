import MemoryRegions
import Testing

@Suite struct ProcessorCountTests {
  @Test func `there are at least as many processors as are running`() throws {
    let online = try #require(SystemCalls.linux.numberList("/sys/devices/system/cpu/online"))
    #expect(SystemLimits.possibleProcessorCount >= online.count)
    #expect(SystemLimits.possibleProcessorCount == SystemCalls.linux.processorCount())
    #expect(SystemLimits.onlineProcessorCount == SystemCalls.linux.onlineProcessorCount())
  }

  @Test(arguments: [(-1, 1), (0, 1), (1, 1), (192, 192)])
  func `a system that does not say has one`(answer: Int, count: Int) {
    var table = SystemCalls.linux
    table.processorCount = { answer }
    table.onlineProcessorCount = { answer }
    #expect(SystemLimits.possibleProcessorCount(table) == count)
    #expect(SystemLimits.onlineProcessorCount(table) == count)
  }
}
