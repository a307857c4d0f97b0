import CBenchSupport
import MemoryTestSupport
import Testing

@testable import iopages

@Suite struct ProcessorsTests {
  @Test func countsOneTwoAndAll() throws {
    let processors = try Processors()
    #expect(!processors.numbers.isEmpty)
    #expect(processors.numbers == Array(Set(processors.numbers)).sorted())
    let counts = processors.threadCounts
    #expect(counts.starts(with: [1, 2]) || counts == [1, 2])
    #expect(counts.contains(processors.numbers.count))
    #expect(counts == counts.sorted())
  }

  @Test func bindsAThreadToOneAndLetsItGo() throws {
    let processors = try Processors()
    let count = processors.numbers.count
    // A thread of its own: the test runner's threads run elsewhere afterwards.
    onThreads(1) { _ in
      for index in 0..<count + 1 {
        processors.bindThread(index)
        #expect((try? Processors())?.numbers == [processors.numbers[index % count]])
      }
      processors.unbindThread()
      #expect((try? Processors())?.numbers == processors.numbers)
    }
  }
}
