import MemoryTestSupport
import Testing

@testable import PagePools

@Suite struct CurrentProcessorTests {
  @Test func theNumberIsThatOfTheProcessorThatTheThreadRunsOn() {
    let current = CurrentProcessor()
    onThreads(1) { _ in
      for processor in Processors.usable {
        Processors.move(to: processor)
        #expect(current.number == UInt(processor))
      }
    }
  }
}
