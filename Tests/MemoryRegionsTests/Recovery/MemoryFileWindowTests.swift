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
        mapped.withLock { $0 += 1 }
        return try SystemCalls.linux.map(mapping, byteCount)
      }
      calls.unmap = { (address, byteCount) throws(Errno) in
        mapped.withLock { $0 -= 1 }
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
