import MemoryRegions
import Synchronization
import Testing

@Suite struct MemoryRegionClaimTests {
  @Test func `one claim at a time, and the second finds unknown contents`() throws {
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20, population: .none))
    #expect(try region.claim(onCommit: { _ in }))
    let error = #expect(throws: RegionError.self) { try region.claim(onCommit: { _ in }) }
    #expect(error?.kind == .alreadyClaimed)
    region.relinquish()
    #expect(try !region.claim(onCommit: { _ in }))
  }

  @Test func `memory that another process can write is never known`() throws {
    let region = try MemoryRegion(
      RegionOptions(byteCount: 1 << 20, storage: .memfd(name: "shared")))
    #expect(try !region.claim(onCommit: { _ in }))
  }

  @Test func `memory whose address was given away is not known`() throws {
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20, population: .none))
    // Within the committed bytes, while the region lives.
    unsafe region.baseAddress.storeBytes(of: 5, as: UInt64.self)
    #expect(try !region.claim(onCommit: { _ in }))
  }

  @Test func `the package's own look at the address takes nothing away`() throws {
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20, population: .none))
    #expect(unsafe region.address.load(as: UInt64.self) == 0)
    #expect(try region.claim(onCommit: { _ in }))
  }

  @Test func `the claimant hears of every commit until it relinquishes`() throws {
    let heard = Heard()
    let region = try MemoryRegion(
      RegionOptions(byteCount: 4 << 20, initiallyCommitted: 1 << 20, population: .none))
    _ = try region.claim { pages in heard.pages.withLock { $0.append(pages) } }
    try region.commit(pages: 256)
    try region.commit(pages: 0)
    #expect(throws: RegionError.self) { try region.commit(pages: 1 << 20) }
    try region.commit(pages: 1)
    #expect(heard.pages.withLock { $0 } == [512, 513])
    region.relinquish()
    try region.commit(pages: 1)
    #expect(heard.pages.withLock { $0 } == [512, 513])
  }

  @Test func `the claimant may relinquish while it is being told`() throws {
    let heard = Heard()
    let region = try MemoryRegion(
      RegionOptions(byteCount: 4 << 20, initiallyCommitted: 1 << 20, population: .none))
    // What a pool does whose last reference is dropped inside the call.
    _ = try region.claim { [weak region] pages in
      heard.pages.withLock { $0.append(pages) }
      region?.relinquish()
    }
    try region.commit(pages: 1)
    try region.commit(pages: 1)
    #expect(heard.pages.withLock { $0 } == [257])
    #expect(try !region.claim(onCommit: { _ in }))
  }

  @Test func `relinquishing does not wait for commits, nor they for it`() async throws {
    let heard = Heard()
    let region = try MemoryRegion(
      RegionOptions(byteCount: 4 << 20, initiallyCommitted: 0, population: .none))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { for _ in 0..<1024 { try region.commit(pages: 1) } }
      group.addTask {
        for _ in 0..<1024 {
          _ = try region.claim { pages in heard.pages.withLock { $0.append(pages) } }
          region.relinquish()
        }
      }
      try await group.waitForAll()
    }
    #expect(region.committedByteCount == 4 << 20)
    // However the two fell together, no commit was told twice or out of order.
    let pages = heard.pages.withLock { $0 }
    #expect(zip(pages, pages.dropFirst()).allSatisfy { $0 < $1 })
    #expect(pages.allSatisfy { (1...1024).contains($0) })
  }

  @Test func `commits from many threads are heard in order`() async throws {
    let heard = Heard()
    let region = try MemoryRegion(
      RegionOptions(byteCount: 4 << 20, initiallyCommitted: 0, population: .none))
    _ = try region.claim { pages in heard.pages.withLock { $0.append(pages) } }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask { for _ in 0..<32 { try region.commit(pages: 4) } }
      }
      try await group.waitForAll()
    }
    #expect(heard.pages.withLock { $0 } == (1...256).map { $0 * 4 })
    #expect(region.committedByteCount == 4 << 20)
  }
}

private final class Heard: Sendable {
  let pages = Mutex<[Int]>([])
}
