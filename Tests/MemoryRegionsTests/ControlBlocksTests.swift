import Glibc
import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct ControlBlocksTests {
  /// A block, as an address that tests can compare.
  private static func take(_ system: SystemCalls = .linux) throws -> UInt {
    UInt(bitPattern: unsafe try ControlBlocks.take(systemCalls: system))
  }

  private static func recycle(_ block: UInt) {
    // Blocks are never unmapped.
    guard let pointer = unsafe UnsafeMutableRawPointer(bitPattern: block) else { return }
    unsafe ControlBlocks.recycle(pointer)
  }

  /// The block's words: blocks are never unmapped, and a page long.
  private static func word(_ block: UInt) -> UnsafeMutablePointer<UInt64> {
    unsafe MemoryRegionsTests.word(at: Int(block))
  }

  @Test func `blocks are distinct, page aligned and zero, more than an arena of them`() throws {
    var blocks: Set<UInt> = []
    for _ in 0..<200 {
      let block = try Self.take()
      #expect(block % 4096 == 0)
      #expect((0..<512).allSatisfy { unsafe Self.word(block)[$0] == 0 })
      unsafe Self.word(block)[511] = 1
      #expect(blocks.insert(block).inserted)
    }
    for block in blocks {
      #expect(unsafe Self.word(block)[511] == 1)
      Self.recycle(block)
    }
    // Recycled blocks stay mapped, and come back clean.
    for block in blocks { #expect(unsafe Self.word(block)[511] == 1) }
    let again = try (0..<200).map { _ in try Self.take() }
    #expect(again.allSatisfy { unsafe Self.word($0)[511] == 0 })
    again.forEach(Self.recycle)
  }

  @Test func `threads never share a block`() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for thread in 1...8 as ClosedRange<UInt64> {
        group.addTask {
          for _ in 0..<200 {
            let block = try Self.take()
            unsafe Self.word(block)[7] = thread
            await Task.yield()
            #expect(unsafe Self.word(block)[7] == thread)
            Self.recycle(block)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func `recycling twice traps`() async {
    await #expect(processExitsWith: .failure) {
      let block = setUp { try Self.take() }
      Self.recycle(block)
      Self.recycle(block)
    }
  }

  @Test func `recycling the middle of a block traps`() async {
    await #expect(processExitsWith: .failure) {
      let block = setUp { try Self.take() }
      Self.recycle(block + 64)
    }
  }

  @Test(arguments: [-1, 64])
  func `beyond an arena of blocks there is no access`(page: Int) async {
    await #expect(processExitsWith: .signal(SIGSEGV)) { [page] in
      handleFaultsByDefault()
      trapping {
        // The first block of the process's first arena, of 64 pages with its own.
        let arena = try Self.take() - 4096
        unsafe Self.word(arena + 63 * 4096)[511] = 1
        // The last byte before the arena, the first one after it.
        let address = page < 0 ? arena - 1 : arena + 64 * 4096
        let byte = unsafe UnsafeMutablePointer<UInt8>(bitPattern: address)
        unsafe byte?.pointee = 1
      }
    }
  }

  @Test func `no memory is a typed refusal`() async {
    await #expect(processExitsWith: .success) {
      var table = SystemCalls.linux
      table.map = { (_, _) throws(Errno) in throw .noMemory }
      let system = table
      let error = #expect(throws: RegionError.self) { try Self.take(system) }
      #expect(error?.kind == .sideTablesRefused)
    }
  }

  @Test func `a child never gets its parent's blocks, and finds zeros in them`() async {
    await #expect(processExitsWith: .success) {
      let held = try Self.take()
      unsafe Self.word(held)[0] = 8
      let free = try Self.take()
      Self.recycle(free)
      let status = statusOfForkedChild {
        guard unsafe Self.word(held)[0] == 0 else { return 1 }
        // Returning what is the parent's changes nothing, and never traps.
        Self.recycle(held)
        Self.recycle(held)
        for _ in 0..<130 {
          guard let block = try? Self.take(), block != held, block != free else { return 2 }
          guard unsafe Self.word(block)[0] == 0 else { return 3 }
        }
        return 0
      }
      #expect(status == 0)
      #expect(unsafe Self.word(held)[0] == 8)
    }
  }
}
