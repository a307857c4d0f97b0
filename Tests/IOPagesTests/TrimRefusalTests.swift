import IOPages
import MemoryTestSupport
import SystemPackage
import Testing

/// A kernel that refuses one kind of advice while it is told to.
private final class RefusingKernel: Sendable {
  let refused = Guarded<SystemCalls.Advice?>(nil)
  private let errno: Errno

  init(_ errno: Errno) { self.errno = errno }

  var table: SystemCalls {
    var table = SystemCalls.linux
    table.advise = { (address, byteCount, advice) throws(Errno) in
      if self.refused.withLock({ $0 }) == advice { throw self.errno }
      try SystemCalls.linux.advise(address, byteCount, advice)
    }
    return table
  }
}

@Suite(.leavesNoPages) struct TrimRefusalTests {
  @Test(
    arguments: [Errno.invalidArgument, .noMemory], [Population.none, .atCommit])
  func aRefusedDiscardIsToldAndHarmless(errno: Errno, population: Population) throws {
    let kernel = RefusingKernel(errno)
    let region = try MemoryRegion(
      RegionOptions(byteCount: 4 << 20, population: population), systemCalls: kernel.table)
    let pool = try PagePool(region: region)
    do {
      var page = try pool.allocate(pages: 1024)
      page.fill(with: 3)
    }
    kernel.refused.withLock { $0 = .discard }
    let error = #expect(throws: RegionError.self) { try pool.trim() }
    #expect(error?.kind == .discardRefused)
    #expect(error?.errno == errno)
    #expect(pool.statistics.trimmedPages == 0)
    #expect(pool.statistics.freePages == 1024)
    // Nothing counts as zero that is not.
    let page = try pool.allocate(pages: 1024)
    for offset in stride(from: 0, to: page.byteCount, by: 8)
    where page.load(fromByteOffset: offset, as: UInt64.self) != 0 {
      Issue.record("Old data at \(offset).")
      break
    }
    kernel.refused.withLock { $0 = nil }
    #expect(pool.statistics.absentPages == 0)
    try pool.checkInvariants()
  }

  @Test func aKernelWithoutMemoryFailsTheRequest() throws {
    let kernel = RefusingKernel(.noMemory)
    let region = try MemoryRegion(
      RegionOptions(byteCount: 8 << 20), systemCalls: kernel.table)
    let pool = try PagePool(region: region)
    let view = try pool.limited(to: 100)
    try pool.trim(keeping: 16)
    kernel.refused.withLock { $0 = .populateWrite }
    do throws(OutOfMemory) {
      _ = try pool.allocate(pages: 17)
      Issue.record("There is no memory for 17 pages.")
    } catch {
      #expect(error.reason == .notBacked)
      #expect(error.freePages == 2048)
    }
    do throws(OutOfMemory) {
      _ = try view.allocate(pages: 20)
      Issue.record("There is no memory for 20 pages.")
    } catch {
      #expect(error.reason == .notBacked)
    }
    #expect(view.allocatedPages == 0)
    // What was kept can be had.
    let kept = try pool.allocate(singlePages: 16)
    #expect(kept.count == 16)
    do throws(OutOfMemory) {
      _ = try view.allocate(singlePages: 1)
      Issue.record("There is no memory for another page.")
    } catch {
      #expect(error.reason == .notBacked)
    }
    kernel.refused.withLock { $0 = nil }
    let page = try pool.allocate(pages: 1024)
    #expect(page.pageCount == 1024)
    #expect(view.allocatedPages == 0)
    try pool.checkInvariants()
  }
}
