import Glibc
import IOPages
import MemoryTestSupport
import SystemCallRefusal
import SystemPackage
import Testing

/// Pools in processes that are not given everything: all work is done or throws a typed error, no
/// signal ends the process, and nothing is left.
@Suite(.leavesNoPages) struct PoolLimitsTests {
  @Test func `without limits all work is done`() async {
    let isSecret = canHaveSecretMemory()
    await #expect(processExitsWith: .success) { [isSecret = isSecret as Bool] in
      let report = PoolWorkReport(hasSecretMemory: isSecret)
      #expect(report.refused == [])
      #expect(report.excess == [])
    }
  }

  private static let withoutMemory: [RegionError.Kind] = [
    .reservationRefused, .commitRefused, .sideTablesRefused,
  ]

  @Test func `little address space is a typed error`() async {
    guard mappedByteCount() != nil else { return }
    await #expect(processExitsWith: .success) {
      // The heap has grown, and the arenas of control blocks are there.
      _ = PoolWorkReport(hasSecretMemory: false)
      let mapped = try #require(mappedByteCount())
      #expect(setLimit(RLIMIT_AS, mapped + 3 << 19))
      let report = PoolWorkReport(hasSecretMemory: false)
      #expect(!report.refusals.isEmpty)
      #expect(report.surprises(Self.withoutMemory, nil, .noMemory) == [])
      #expect(report.excess == [])
    }
  }

  /// Each time there is room for a little more: the region, one table after the other, the pool.
  @Test func `address space may end anywhere on the way to a pool`() async {
    guard mappedByteCount() != nil else { return }
    await #expect(processExitsWith: .success) {
      _ = PoolWorkReport(hasSecretMemory: false)
      let mapped = try #require(mappedByteCount())
      var (refused, opened) = (0, 0)
      for more in stride(from: 1 << 18, through: 3 << 20, by: 1 << 14) {
        #expect(setLimit(RLIMIT_AS, mapped + more))
        do {
          try PoolWork.use(PagePool(region: MemoryRegion(RegionOptions(byteCount: 1 << 20))))
          opened += 1
        } catch let error as RegionError {
          #expect(Self.withoutMemory.contains(error.kind) && error.errno == .noMemory, "\(error)")
          refused += 1
        }
      }
      #expect(refused > 0 && opened > 0)
    }
  }

  @Test func `who may lock little is told so, and everything else is as ever`() async {
    let isSecret = canHaveSecretMemory()
    await #expect(processExitsWith: .success) { [isSecret = isSecret as Bool] in
      #expect(becomeUnprivileged(lockLimit: 2 << 20))
      let report = PoolWorkReport(hasSecretMemory: isSecret)
      let locked = ["a pool of locked pages"]
      #expect(report.refused == (isSecret ? locked + ["a secret pool"] : locked))
      #expect(report.surprises([.lockLimit]) == [])
      #expect(report.excess == [])
    }
  }

  @Test func `no huge pages is a typed error, or a pool of base pages`() async {
    let free = HugePagePool(shift: 30, .linux)
    guard free.map({ $0.freeCount == 0 }) ?? true else {
      return cannotTest("no-huge-pages", because: "huge pages of 1 GiB are free")
    }
    await #expect(processExitsWith: .success) {
      var options = PagePoolSetOptions(
        byteCount: .eachNode(1 << 30), backing: .hugePages1GiB, allowing: .placement)
      // The first time the heap grows.
      for isMeasured in [false, true] {
        let before = ProcessHoldings.now()
        let error = #expect(throws: RegionError.self) { try PagePoolSet(options) }
        #expect(error?.kind == .hugePagesUnavailable, "\(error.debugDescription)")
        if isMeasured { #expect(ProcessHoldings.now().excess(over: before) == []) }
      }
      options.region.allowing = [.placement, .hugePages]
      options.region.population = .none
      let set = try PagePoolSet(options)
      var page = try set.allocate(pages: 3)
      page.fill(with: 1)
      for region in set.regions.values {
        #expect(region.granted.backing != .hugePages1GiB)
        #expect(region.granted.unmet.contains { $0.wish == .hugePages })
      }
    }
  }

  /// What containers refuse, by name and number, and what is refused because of it.
  private static let calls: [(name: String, number: UInt32, refused: [String]?)] = [
    ("madvise", SystemCallNumber.adviseMemory, nil),
    ("mlock2", SystemCallNumber.lockMemory, ["a pool of locked pages"]),
    (
      "memfd_create", SystemCallNumber.createMemoryFile,
      ["a pool in a memory file", "a recoverable pool"]
    ),
    ("memfd_secret", SystemCallNumber.createSecretFile, ["a secret pool"]),
  ]

  @Test(arguments: calls.indices, [Errno.notPermitted, .noFunction])
  func `a call that the kernel refuses is named`(index: Int, errno: Errno) async {
    let isSecret = canHaveSecretMemory()
    guard isSecret || Self.calls[index].name != "memfd_secret" else { return }
    let code = errno.rawValue
    await #expect(processExitsWith: .success) {
      [index = index as Int, code = code as CInt, isSecret = isSecret as Bool] in
      let (name, number, refused) = Self.calls[index]
      // Opening the first pool of all needs advice.
      _ = PoolWorkReport(hasSecretMemory: isSecret)
      guard refuse(number, with: code) else {
        return cannotTest("seccomp", because: "no filter can be installed")
      }
      let report = PoolWorkReport(hasSecretMemory: isSecret)
      if let refused { #expect(report.refused == refused) }
      #expect(!report.refusals.isEmpty)
      for (work, error) in report.refusals {
        let error = try #require(error as? RegionError, "\(work): \(error)")
        #expect(error.call == name && error.errno?.rawValue == code, "\(work): \(error)")
      }
      #expect(report.excess == [])
    }
  }

  /// Refused advice cannot be told from a kernel without memory: what was given back is lost to the
  /// pool while it lasts, and everything else goes on.
  @Test(arguments: [Errno.notPermitted, .noFunction])
  func `a pool that is open goes on when advice is refused`(errno: Errno) async {
    let code = errno.rawValue
    await #expect(processExitsWith: .success) { [code = code as CInt] in
      let region = try MemoryRegion(
        RegionOptions(byteCount: 1 << 20, initiallyCommitted: 1 << 19))
      let pool = try PagePool(region: region)
      var page = try pool.allocate(pages: 3)
      try pool.trim(keeping: 16)
      guard refuse(SystemCallNumber.adviseMemory, with: code) else {
        return cannotTest("seccomp", because: "no filter can be installed")
      }
      page.fill(with: 1)
      #expect(throws: OutOfMemory.self) { _ = try pool.allocate(order: 6) }
      let kept = try pool.allocate(singlePages: 16)
      #expect(kept.count == 16)
      let more = #expect(throws: RegionError.self) { try region.commit(pages: 16) }
      #expect(more?.call == "madvise" && more?.errno?.rawValue == code)
      _ = consume page
      let trim = #expect(throws: RegionError.self) { try pool.trim() }
      #expect(trim?.kind == .discardRefused && trim?.errno?.rawValue == code)
      _ = consume kept
      try pool.checkInvariants()
      #expect(pool.leakReport.isEmpty)
      #expect(pool.statistics.freePages == 128)
    }
  }
}
