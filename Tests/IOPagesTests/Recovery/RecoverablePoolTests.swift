import Glibc
import IOPages
import MemoryTestSupport
import SystemPackage
import Testing

@Suite(.leavesNoPages) struct RecoverablePoolTests {
  private static let options = RegionOptions(byteCount: 1 << 20)

  @Test func theFileHasThePagesAndTheTableAndIsSealed() throws {
    let pool = try PagePool(recoverable: Self.options)
    let file = try #require(pool.fileDescriptor)
    let layout = BlockTableLayout(pageCount: 256, largestOrder: 8)
    #expect(try MemoryRegion.byteCount(ofMemoryFile: file) == layout.memoryByteCount)
    #expect(pool.cacheMethod == .none)
    #expect(pool.statistics.freePages == 256)
  }

  @Test func pagesAreZeroedAndComeBack() throws {
    let pool = try PagePool(recoverable: Self.options)
    for _ in 0..<3 {
      var page = try pool.allocate(pages: 3, tag: "test")
      #expect(page.load(fromByteOffset: 8192, as: UInt64.self) == 0)
      page.storeBytes(of: 5, toByteOffset: 8192, as: UInt64.self)
    }
    let buffer = try PageBuffer(count: 5000, from: pool, tag: "buffer")
    #expect(pool.statistics.allocatedPages == 2)
    _ = consume buffer
    #expect(pool.statistics.freePages == 256)
    try pool.checkInvariants()
  }

  /// What the file tells at each moment is what a recovery of a copy finds.
  @Test func pagesThatWereWaitedForAreRecorded() async throws {
    let pool = try PagePool(recoverable: Self.options)
    let file = try #require(pool.fileDescriptor)
    var all: IOPage? = try pool.allocate(order: 8, tag: "all")
    let waiting = Task {
      let page = try await pool.allocate(
        pages: 5, orWaitingUntil: .now + .seconds(60), tag: "waited")
      let blocks = try Self.blocks(in: file)
      let isPage = blocks.map(\.pages) == [page.pageNumber..<page.pageNumber + 5]
      return isPage && blocks.map(\.tag) == ["waited"]
    }
    while pool.waitingRequestCount == 0 { await Task.yield() }
    #expect(try Self.blocks(in: file).map(\.tag) == ["all"])
    _ = all.take()
    #expect(try await waiting.value)
    // Given back as it was waited for.
    #expect(try Self.blocks(in: file) == [])
    #expect(pool.statistics.freePages == 256)
  }

  private static func blocks(in file: FileDescriptor) throws -> [RecoveredBlock] {
    let copy = try copyOfMemoryFile(file)
    defer { try? copy.close() }
    var recovered = try PagePool.recover(from: copy)
    defer { recovered.freeAll() }
    return recovered.blocks
  }

  @Test func aLimitedViewRecordsToo() throws {
    let stores = StoreCounter()
    let pool = try PagePool(recoverable: Self.options, afterStore: { stores.add() })
    let view = try pool.limited(to: 10, reserving: 2)
    let before = stores.value
    var pages = try view.allocate(singlePages: 3, tag: "view")
    let one = try view.allocate(order: 1, tag: "view")
    #expect(stores.value > before + 10)
    let allocated = stores.value
    pages.removeAll()
    _ = consume one
    #expect(stores.value > allocated + 10)
    #expect(pool.statistics.freePages == 256)
  }

  @Test(arguments: [Backing.hugePages2MiB, .hugePages1GiB])
  func hugePagesOfTheKernelsPoolAreRefused(backing: Backing) {
    let error = #expect(throws: RegionError.self) {
      try PagePool(recoverable: RegionOptions(byteCount: 1 << 30, backing: backing))
    }
    #expect(error?.kind == .recoveryUnsupported)
  }

  @Test(arguments: [
    RegionOptions(byteCount: 1 << 20, initiallyCommitted: 4096),
    RegionOptions(byteCount: 1 << 20, storage: .secret),
  ])
  func regionsThatGrowAndSecretOnesAreRefused(options: RegionOptions) {
    let error = #expect(throws: RegionError.self) { try PagePool(recoverable: options) }
    #expect(error?.kind == .recoveryUnsupported)
  }

  @Test func whileThePoolLivesNobodyRecoversIt() throws {
    var pool: PagePool? = try PagePool(recoverable: Self.options)
    let file = try #require(pool?.fileDescriptor).duplicate()
    var page = try pool?.allocate(pages: 1)
    #expect(throws: RecoveryError.alreadyOwned) { try recoverAndForget(file) }
    pool = nil
    // The page keeps the pool's memory, and so the ownership.
    #expect(throws: RecoveryError.alreadyOwned) { try recoverAndForget(file) }
    _ = page.take()
    #expect(throws: Never.self) { try recoverAndForget(file) }
    try file.close()
  }

  /// Closing descriptors of the file loses the ownership as little as having none.
  @Test func descriptorsOfTheFileMayBeClosed() throws {
    let pool = try PagePool(recoverable: Self.options)
    let file = try #require(pool.fileDescriptor)
    let kept = try file.duplicate()
    try file.duplicate().close()
    #expect(throws: RecoveryError.alreadyOwned) { try recoverAndForget(kept) }
    try kept.close()
    #expect(try pool.allocate(order: 3).pageCount == 8)
  }

  @Test func trimmedPagesOfARecoverablePoolComeBack() throws {
    let pool = try PagePool(recoverable: Self.options)
    let page = try pool.allocate(pages: 1)
    #expect(try pool.trim() > 0)
    #expect(try pool.allocate(order: 6).load(fromByteOffset: 0, as: UInt64.self) == 0)
    #expect(page.pageCount == 1)
  }
}

/// Recovers a pool and closes it again.
func recoverAndForget(_ file: FileDescriptor) throws(RecoveryError) {
  _ = try PagePool.recover(from: file)
}
