// Owners that are killed, and what the next one finds. Each test runs in a process of its own, which
// forks the owners: they recover the pool, use it and are killed, over and over again.

import Glibc
import IOPages
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct KilledOwnerTests {
  static let pageCount = 96

  /// Every kind of change: blocks, runs, single pages, frees of all, of the tail, after a neighbour.
  private static let script: [CallerOperation] = [
    .block(order: 0), .run(pages: 5), .block(order: 3), .singles(count: 3),
    .wait(pages: 6), .shrink(slot: 2, pages: 3),
    .free(slot: 0), .run(pages: 7), .shrink(slot: 0, pages: 1), .free(slot: 4), .singles(count: 2),
    .free(slot: 1), .block(order: 2), .free(slot: 2), .shrink(slot: 1, pages: 3), .free(slot: 1),
  ]

  private static func openFile() throws -> FileDescriptor {
    try fileOfClosedPool(pages: pageCount, largestOrder: 4)
  }

  /// Ends the process after `count` stores to a block table.
  private static func stop(after count: Int) -> @Sendable () -> Void {
    let stores = StoreCounter()
    return { if stores.add() == count { _exit(9) } }
  }

  /// Runs the script as a pool's owner. Returns whether it came to the end.
  private static func runScript(
    _ file: FileDescriptor, _ log: CallerLog, stoppedAfter count: Int
  ) -> Bool {
    log.clear()
    let child = forkedChild {
      guard let recovered = try? PagePool.recover(from: file, afterStore: stop(after: count))
      else { return 1 }
      guard recovered.blocks.isEmpty else { return 2 }
      var caller = LoggedCaller(recovered.pool, log, thread: 0)
      for operation in script { caller.perform(operation) }
      // Nobody drops anything: the process is gone.
      _exit(0)
    }
    let end = endOfChild(child)
    check(end == .status(0) || end == .status(9), "the owner ended with \(end)")
    return end == .status(0)
  }

  @Test func anOwnerThatStopsAtAnyStoreLeavesWhatItsCallersHave() async {
    let result = await #expect(
      processExitsWith: .exitCode(0), observing: [\.standardOutputContent]
    ) {
      let file = try KilledOwnerTests.openFile()
      let log = CallerLog(threadCount: 1)
      var count = 1
      while !KilledOwnerTests.runScript(file, log, stoppedAfter: count) {
        // The next one is stopped as well, while it recovers.
        let second = forkedChild {
          let stop = KilledOwnerTests.stop(after: 1 + count % 5)
          return (try? PagePool.recover(from: file, afterStore: stop)) == nil ? 1 : 0
        }
        let end = endOfChild(second)
        check(end == .status(0) || end == .status(9), "the second owner ended with \(end)")
        let recovered = try PagePool.recover(from: file)
        let fault = fault(of: recovered, by: log)
        check(fault == nil, "stopped after store \(count): \(fault ?? "")")
        count += 1
      }
      check(count > 150, "only \(count) stores")
      let last = try PagePool.recover(from: file)
      check(last.intent == nil && !last.blocks.isEmpty, "the script has left nothing")
      check(log.operationCount(thread: 0) == KilledOwnerTests.script.count, "operations left out")
      let fault = fault(of: last, by: log)
      check(fault == nil, "\(fault ?? "")")
      print("stopped after each of \(count - 1) stores")
    }
    printOutput(of: result)
  }

  /// `IOPAGES_TEST_KILLS` says how many owners are killed; a thousand, if nobody does.
  @Test func ownersKilledAtAnyMomentLeaveWhatTheirCallersHave() async {
    let seed = TestSeed.choose(for: "killed owners")
    let result = await #expect(
      processExitsWith: .exitCode(0), observing: [\.standardOutputContent]
    ) { [seed = seed as UInt64] in
      // The environment is not changed while tests run.
      let wanted = unsafe getenv("IOPAGES_TEST_KILLS").map { unsafe String(cString: $0) }
      let kills = wanted.flatMap { Int($0) } ?? 1000
      var random = SplitMix64(seed: seed)
      let file = try KilledOwnerTests.openFile()
      let log = CallerLog(threadCount: 3)
      var operations = 0
      var inAnOperation = 0
      var withIntent = 0
      var recoveredBlocks = 0
      for kill in 0..<kills {
        log.clear()
        let owner = forkedChild { KilledOwnerTests.use(file, log, seed: seed &+ UInt64(kill)) }
        // Some are killed while they recover or start, most when all threads are at work.
        if !random.once(in: 8) {
          let failure = failure(
            toSee: { (0..<3).allSatisfy { log.operationCount(thread: $0) > 0 } }, from: owner)
          check(failure == nil, "kill \(kill): \(failure ?? "")")
        }
        usleep(UInt32(random.number(below: 1000)))
        check(Glibc.kill(owner, SIGKILL) == 0, "the owner is gone")
        let end = endOfChild(owner)
        check(end == .signal(SIGKILL), "kill \(kill): the owner ended with \(end)")
        for thread in 0..<3 {
          operations += log.operationCount(thread: thread)
          if log.pending(thread: thread) != nil { inAnOperation += 1 }
        }
        let recovered = try PagePool.recover(from: file)
        if recovered.intent != nil { withIntent += 1 }
        recoveredBlocks += recovered.blocks.count
        let fault = fault(of: recovered, by: log)
        check(fault == nil, "kill \(kill): \(fault ?? "")")
      }
      print(
        "\(kills) owners killed after \(operations) operations, \(inAnOperation) threads in one, "
          + "\(withIntent) in a change of the table; all \(kills) recovered, \(recoveredBlocks) blocks"
      )
    }
    printOutput(of: result)
  }

  /// Recovers the pool and uses it on three threads until it is killed.
  private static func use(_ file: FileDescriptor, _ log: CallerLog, seed: UInt64) -> Int32 {
    guard let recovered = try? PagePool.recover(from: file), recovered.blocks.isEmpty
    else { return 1 }
    let pool = recovered.pool
    for thread in 0..<3 {
      startThread {
        var caller = LoggedCaller(pool, log, thread: thread)
        caller.run(seed: seed &* 3 &+ UInt64(thread))
      }
    }
    while true { pause() }
  }
}

/// Prints what an exit test has printed.
private func printOutput(of result: ExitTest.Result?) {
  print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self), terminator: "")
}

/// Ends an exit test that has failed. What such a process prints is lost with its result, an issue not.
private func check(_ condition: Bool, _ message: @autoclosure () -> String) {
  guard !condition else { return }
  Issue.record("\(message())")
  exit(EXIT_FAILURE)
}

/// Runs `body` on a thread that nobody waits for. In a forked child there is no dispatch.
private func startThread(_ body: @escaping @Sendable () -> Void) {
  final class Work {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  // The object is retained for the thread, which takes it over.
  let work = unsafe Unmanaged.passRetained(Work(body))
  var thread = pthread_t()
  let result = unsafe pthread_create(
    &thread, nil,
    { argument in
      if let argument = unsafe argument {
        let work = unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
        work.body()
      }
      return nil
    }, work.toOpaque())
  precondition(result == 0, "A thread cannot be started: error \(result).")
}
