import IOPages
import MemoryTestSupport
import SystemPackage
import Testing

@Suite(.leavesNoPages) struct PoolSweepTests {
  @Test(arguments: SweptPoolOperation.requestSweeps.indices)
  func `each request for pages fails once`(index: Int) {
    let problems = PoolSweep.problemsWithRequests(SweptPoolOperation.requestSweeps[index])
    #expect(problems == [])
  }

  /// In a process of its own, whose mappings and descriptors are counted as well.
  @Test(arguments: 0..<4)
  func `each system call fails once`(part: Int) async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) { [part = part as Int] in
      let all = SweptPoolOperation.callSweeps
      let operations = all.indices.filter { $0 % 4 == part }.map { all[$0] }
      // Control blocks are there from now on, and on nobody's account.
      unsafe ControlBlocks.recycle(try ControlBlocks.take())
      // The second time, the heap has grown as far as it has to.
      var problems = operations.flatMap(PoolSweep.problemsWithCalls)
      let excess = ProcessHoldings.excess(ofRepeating: {
        for operation in operations where !operation.keepsMemory {
          problems += PoolSweep.problemsWithCalls(operation)
        }
      })
      for problem in problems + excess { TestSeed.write("sweep: \(problem)\n") }
      TestSeed.write("sweep: end of \(operations.count)\n")
    }
    let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    let lines = output.split(separator: "\n").filter { $0.hasPrefix("sweep: ") }
    let count = (SweptPoolOperation.callSweeps.count + 3 - part) / 4
    #expect(lines == ["sweep: end of \(count)"])
  }

  @Test func `the operations have names of their own`() {
    for all in [SweptPoolOperation.requestSweeps, SweptPoolOperation.callSweeps] {
      #expect(Set(all.map(\.name)).count == all.count)
    }
  }
}
