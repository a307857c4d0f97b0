import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct SystemCallFaultsTests {
  /// A kernel that grants everything and does nothing.
  private func table(_ faults: SystemCallFaults) -> SystemCalls {
    var table = SystemCalls.linux
    table.map = { (_, _) throws(Errno) in 4096 }
    table.unmap = { (_, _) throws(Errno) in }
    table.advise = { (_, _, _) throws(Errno) in }
    return table.failing(faults)
  }

  private func outcomes(
    _ count: Int, _ body: () throws(Errno) -> Void
  ) -> [Errno?] {
    (0..<count).map { _ in
      do throws(Errno) {
        try body()
        return nil
      } catch {
        return error
      }
    }
  }

  @Test func `the n-th call of a kind fails, and no other`() throws {
    let faults = SystemCallFaults()
    let table = table(faults)
    _ = try table.map(.memory(.anywhere), 4096)
    faults.fail(.number(3), of: [.map], with: .noMemory)
    faults.fail(.number(1), of: [.unmap], with: .notPermitted)
    let maps = outcomes(4) { () throws(Errno) in
      try table.advise(4096, 4096, .discard)
      _ = try table.map(.memory(.anywhere), 4096)
    }
    #expect(maps == [nil, nil, .noMemory, nil])
    let unmaps = outcomes(2) { () throws(Errno) in try table.unmap(4096, 4096) }
    #expect(unmaps == [.notPermitted, nil])
    #expect(faults.seen == [.map: 5, .advise(.discard): 4, .unmap: 2])
    #expect(faults.failed == [.map: 1, .unmap: 1])
    #expect(faults.lastFailed == .unmap)
    #expect(faults.history.prefix(3) == [.map, .advise(.discard), .map])
  }

  @Test func `advice is told apart`() {
    let faults = SystemCallFaults()
    let table = table(faults)
    faults.fail(.every, of: [.advise(.populateWrite)], with: .noMemory)
    #expect(outcomes(2) { () throws(Errno) in try table.advise(0, 0, .discard) } == [nil, nil])
    #expect(
      outcomes(2) { () throws(Errno) in try table.advise(0, 0, .populateWrite) }
        == [.noMemory, .noMemory])
    faults.stop()
    #expect(outcomes(1) { () throws(Errno) in try table.advise(0, 0, .populateWrite) } == [nil])
    #expect(faults.failed == [.advise(.populateWrite): 2])
    faults.reset()
    #expect(faults.seen.isEmpty && faults.failed.isEmpty && faults.history.isEmpty)
  }

  @Test func `chance repeats with its seed`() {
    let seed = TestSeed.choose(for: "faults by probability")
    func run() -> [Errno?] {
      let faults = SystemCallFaults(seed: seed)
      let table = table(faults)
      faults.fail(.probability(0.25), with: .ioError)
      return outcomes(4000) { () throws(Errno) in try table.advise(0, 0, .discard) }
    }
    let first = run()
    #expect(run() == first)
    // Nine standard deviations.
    #expect(750...1250 ~= first.count { $0 != nil })
    let never = SystemCallFaults(seed: seed)
    never.fail(.probability(0), with: .ioError)
    #expect(
      outcomes(100) { () throws(Errno) in try self.table(never).advise(0, 0, .discard) }
        .allSatisfy { $0 == nil })
    let always = SystemCallFaults(seed: seed)
    always.fail(.probability(1), with: .ioError)
    #expect(
      outcomes(100) { () throws(Errno) in try self.table(always).advise(0, 0, .discard) }
        .allSatisfy { $0 == .ioError })
  }

  @Test func `a call that fails is not made, but a descriptor is closed`() throws {
    let faults = SystemCallFaults()
    let table = SystemCalls.linux.failing(faults)
    let file = try table.createMemoryFile("closed", 0)
    let address = try table.map(.memory(.anywhere), 4096)
    faults.fail(.every, with: .ioError)
    #expect(throws: Errno.ioError) { try table.unmap(address, 4096) }
    #expect(throws: Errno.ioError) { try table.close(file) }
    faults.stop()
    // Still mapped, until here; the descriptor is gone, and may be another test's by now.
    try table.unmap(address, 4096)
  }

  @Test func `every entry of the table fails`() {
    let faults = SystemCallFaults()
    faults.fail(.every, with: .ioError)
    let table = SystemCalls.linux.failing(faults)
    // None of these is made: the addresses and descriptors are nobody's.
    let calls: [(String, () throws(Errno) -> Void)] = [
      ("mmap", { () throws(Errno) in _ = try table.map(.memory(.anywhere), 4096) }),
      ("mremap", { () throws(Errno) in try table.move(0, 0, 0) }),
      ("munmap", { () throws(Errno) in try table.unmap(0, 0) }),
      ("mprotect", { () throws(Errno) in try table.protect(0, 0, .none) }),
      ("madvise", { () throws(Errno) in try table.advise(0, 0, .wipeOnFork) }),
      ("touch", { () throws(Errno) in try table.touch(0, 0) }),
      ("mlock2", { () throws(Errno) in try table.lockOnFault(0, 0) }),
      ("memfd_create", { () throws(Errno) in _ = try table.createMemoryFile("", 0) }),
      ("memfd_secret", { () throws(Errno) in _ = try table.createSecretFile() }),
      ("ftruncate", { () throws(Errno) in try table.resize(-1, 0) }),
      ("fcntl", { () throws(Errno) in try table.sealSize(-1) }),
      ("fallocate", { () throws(Errno) in try table.punchHole(-1, 0, 0) }),
      ("open", { () throws(Errno) in _ = try table.openAgain(-1) }),
      ("fcntl", { () throws(Errno) in _ = try table.memoryFileState(-1) }),
      ("fcntl", { () throws(Errno) in _ = try table.ownFile(-1) }),
      ("pthread_atfork", { () throws(Errno) in try table.holdForks() }),
      ("mbind", { () throws(Errno) in try table.bind(0, 0, MemoryPolicy(.local)) }),
      ("mbind", { () throws(Errno) in try table.bindIfObeyed(0, 0, MemoryPolicy(.local)) }),
      ("set_mempolicy_home_node", { () throws(Errno) in try table.setHomeNode(0, 0, 0) }),
      ("get_mempolicy", { () throws(Errno) in _ = try table.policy(0) }),
      ("get_mempolicy", { () throws(Errno) in _ = try table.node(0) }),
      ("move_pages", { () throws(Errno) in _ = try table.nodes([]) }),
      ("move_pages", { () throws(Errno) in _ = try table.movePages([], 0) }),
      ("getcpu", { () throws(Errno) in _ = try table.processorNode() }),
      ("getrlimit", { () throws(Errno) in _ = try table.lockLimit() }),
      ("read", { () throws(Errno) in _ = try table.readFile("/") }),
    ]
    for (name, body) in calls {
      #expect(outcomes(1, body) == [.ioError])
      #expect(faults.lastFailed?.systemCall == name)
    }
    // close(2) is made, so it fails by itself for what is not open.
    #expect(throws: Errno.badFileDescriptor) { try table.close(-1) }
    #expect(faults.failed.values.reduce(0, +) == calls.count)
  }
}
