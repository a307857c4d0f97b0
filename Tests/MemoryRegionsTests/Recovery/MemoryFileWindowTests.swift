import Glibc
import MemoryTestSupport
import Synchronization
import SystemPackage
import Testing

@testable import MemoryRegions

@Suite struct MemoryFileWindowTests {
  private static func file() throws -> FileDescriptor {
    let file = try SystemCalls.linux.createMemoryFile("window", 0)
    try SystemCalls.linux.resize(file, 4 * 4096)
    return FileDescriptor(rawValue: file)
  }

  @Test func aFailureLeavesNothingMapped() throws {
    let file = try Self.file()
    defer { try? file.close() }
    let mapped = Mutex(0)
    for refused in [SystemCalls.Advice.notInForks, .populateWrite] {
      var calls = SystemCalls.linux
      calls.map = { (mapping, byteCount) throws(Errno) in
        // The file goes into the reservation.
        if case .reservation = mapping { mapped.withLock { $0 += byteCount } }
        return try SystemCalls.linux.map(mapping, byteCount)
      }
      calls.unmap = { (address, byteCount) throws(Errno) in
        mapped.withLock { $0 -= byteCount }
        try SystemCalls.linux.unmap(address, byteCount)
      }
      calls.advise = { (address, byteCount, advice) throws(Errno) in
        if advice == refused { throw .noMemory }
        try SystemCalls.linux.advise(address, byteCount, advice)
      }
      // The page of words that every process has is mapped before the count begins.
      _ = try ProcessGeneration.current(.linux)
      let error = #expect(throws: RegionError.self) {
        try MemoryFileWindow(
          of: file, offset: 0, byteCount: 4096, isPopulated: true, systemCalls: calls)
      }
      #expect(error?.kind == .sideTablesRefused)
      #expect(mapped.withLock { $0 } == 0)
    }
  }

  @Test func anInterruptedPopulationGoesOn() throws {
    let file = try Self.file()
    defer { try? file.close() }
    let interruptions = Mutex(3)
    var calls = SystemCalls.linux
    calls.advise = { (address, byteCount, advice) throws(Errno) in
      let isInterrupted = interruptions.withLock { left in
        guard advice == .populateWrite, left > 0 else { return false }
        left -= 1
        return true
      }
      if isInterrupted { throw .interrupted }
      try SystemCalls.linux.advise(address, byteCount, advice)
    }
    let window = try MemoryFileWindow(
      of: file, offset: 4096, byteCount: 2 * 4096, isPopulated: true, systemCalls: calls)
    #expect(window.byteCount == 2 * 4096)
    #expect(interruptions.withLock { $0 } == 0)
  }

  /// Neither in the moment in which it is mapped.
  @Test func noThreadForksBeforeItIsKeptOutOfChildren() async {
    await #expect(processExitsWith: .success) {
      let file = try MemoryFileWindowTests.file()
      // The descriptor is in the child; a mapping would be one more.
      let attempts = ForkAttempts { filesHeld(named: "/memfd:window") == 1 ? 0 : 1 }
      var calls = SystemCalls.linux
      calls.map = { (mapping, byteCount) throws(Errno) in
        defer { if case .file = mapping { attempts.attempt() } }
        return try SystemCalls.linux.map(mapping, byteCount)
      }
      let window = try MemoryFileWindow(
        of: file, offset: 0, byteCount: 4096, isPopulated: true, systemCalls: calls)
      #expect(filesHeld(named: "/memfd:window") == 2)
      #expect(attempts.earlyCount == 0)
      #expect(attempts.ends() == [.status(0)])
      #expect(window.byteCount == 4096)
    }
  }

  @Test(arguments: [-1, 4096])
  func itLiesBetweenPagesWithoutAccess(offset: Int) async {
    await #expect(processExitsWith: .success) { [offset = offset as Int] in
      let window = try MemoryFileWindow(
        of: MemoryFileWindowTests.file(), offset: 4096, byteCount: 4096, isPopulated: false)
      // A child does not have the window: this thread's own access is tried by the kernel.
      var pipes: [Int32] = [0, 0]
      #expect(unsafe pipe(&pipes) == 0)
      let start = unsafe window.baseAddress
      // write(2) reads the byte, and says so if it cannot.
      #expect(unsafe write(pipes[1], start + offset, 1) == -1 && errno == EFAULT)
      #expect(unsafe write(pipes[1], start + (offset < 0 ? 0 : 4095), 1) == 1)
    }
  }

  /// A stray store in a child must not reach what the parent keeps.
  @Test func aForkedChildDoesNotHaveIt() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let window = try MemoryFileWindow(
        of: MemoryFileWindowTests.file(), offset: 0, byteCount: 4096, isPopulated: true)
      let status = statusOfForkedChild {
        // An address that is not mapped here: the call says so.
        let start = unsafe window.baseAddress
        var residency: UInt8 = 0
        return unsafe mincore(start, 4096, &residency) == -1 && errno == ENOMEM ? 0 : 1
      }
      exit(status ?? 99)
    }
  }
}
