// A round through what pools do, on the real kernel, for processes in which some of it is refused:
// each piece of work either is done or throws a typed error, and none leaves anything.

import BasicContainers
import IOPages
import MemoryTestSupport
import SystemPackage

/// One piece of work.
struct PoolWork: Sendable {
  let name: String
  let perform: @Sendable () throws -> Void

  private static let byteCount = 1 << 20

  /// All of it. `hasSecretMemory`: whether there was secret memory before anything was refused.
  static func all(hasSecretMemory: Bool) -> [PoolWork] {
    var work = [
      opening("a pool", RegionOptions(byteCount: byteCount)),
      opening("a pool of locked pages", RegionOptions(byteCount: 4 << 20, lockedInMemory: true)),
      opening(
        "a pool of locked pages, if they can be had",
        RegionOptions(byteCount: 4 << 20, lockedInMemory: true, allowing: .locking)),
      opening(
        "a pool in a memory file",
        RegionOptions(byteCount: byteCount, storage: .memfd(name: "work"))),
      opening(
        "a pool of huge pages, if they can be had",
        RegionOptions(
          byteCount: 4 << 20, backing: .hugePages2MiB, population: .none, allowing: .hugePages)),
      opening(
        "an inspected pool", RegionOptions(byteCount: byteCount, guardPages: true), .debugging()),
      PoolWork(name: "a pool that grows") {
        let region = try MemoryRegion(
          RegionOptions(byteCount: byteCount, initiallyCommitted: byteCount / 2))
        let pool = try PagePool(region: region)
        try region.commit(pages: byteCount / 8192)
        try use(pool)
      },
      PoolWork(name: "a trimmed pool") {
        let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: byteCount)))
        try pool.trim()
        try use(pool)
      },
      PoolWork(name: "a recoverable pool") {
        try use(try PagePool(recoverable: RegionOptions(byteCount: byteCount)))
      },
      PoolWork(name: "a set of pools") {
        var options = PagePoolSetOptions(byteCount: .eachNode(byteCount), allowing: .placement)
        options.inspection.wipesOnFree = true
        let set = try PagePoolSet(options)
        do {
          let page = try set.allocate(pages: 5)
          _ = try PageBuffer(copying: page.bytes, from: set)
        }
        for pool in set.pools.values { try use(pool) }
      },
    ]
    if hasSecretMemory {
      work += [
        opening("a secret pool", RegionOptions(byteCount: 4 << 20, storage: .secret)),
        opening(
          "a secret pool, or what comes close",
          RegionOptions(byteCount: byteCount, storage: .secret, allowing: .secrecy)),
      ]
    }
    return work
  }

  private static func opening(
    _ name: String, _ options: RegionOptions, _ inspection: PoolInspection = PoolInspection()
  ) -> PoolWork {
    PoolWork(name: name) {
      try use(try PagePool(region: MemoryRegion(options), inspection: inspection))
    }
  }

  /// Takes pages in several ways, writes to all of them, and gives them back.
  static func use(_ pool: PagePool) throws {
    let free = pool.statistics.freePages
    let view = try pool.limited(to: 10, reserving: 5)
    do {
      var run = try pool.allocate(pages: 7)
      run.fill(with: 1)
      var singles = try pool.allocate(singlePages: 30)
      for index in singles.indices { singles[index].fill(with: 2) }
      let buffer = try PageBuffer(copying: run.bytes, from: view)
      if buffer[7 * 4096 - 1] != 1 { throw PoolWorkError.wrongBytes }
    }
    _ = consume view
    do {
      var all = try pool.allocate(singlePages: free)
      for index in all.indices where all[index][4095] != 0 { throw PoolWorkError.wrongBytes }
      pool.free(&all)
    }
    try pool.checkInvariants()
    if !pool.leakReport.isEmpty { throw PoolWorkError.pagesAreOut }
  }
}

/// What a pool must not do, whatever it is refused.
enum PoolWorkError: Error {
  case wrongBytes, pagesAreOut
}

/// What came of a round of work.
struct PoolWorkReport {
  /// The pieces of work that were refused.
  var refusals: [(name: String, error: any Error)] = []
  /// What is left behind.
  var excess: [String] = []

  /// Does all work twice, and looks at what the second round leaves.
  init(hasSecretMemory: Bool) {
    let work = PoolWork.all(hasSecretMemory: hasSecretMemory)
    var before = ProcessHoldings.now()
    for _ in 0..<2 {
      refusals = []
      before = ProcessHoldings.now()
      for piece in work {
        do {
          try piece.perform()
        } catch {
          refusals.append((piece.name, error))
        }
      }
    }
    excess = ProcessHoldings.now().excess(over: before)
  }

  /// The names of what was refused.
  var refused: [String] { refusals.map(\.name) }

  /// Refusals that no caller could expect: of another type, of another kind, or for another reason.
  func surprises(
    _ kinds: [RegionError.Kind], _ call: String? = nil, _ errno: Errno? = nil
  ) -> [String] {
    refusals.compactMap { (name, error) in
      let isExpected =
        switch error {
        case let error as RegionError:
          kinds.contains(error.kind) && (call == nil || error.call == call)
            && (errno == nil || error.errno == errno)
        case let error as OutOfMemory: error.reason == .notBacked
        default: false
        }
      return isExpected ? nil : "\(name): \(error)"
    }
  }
}
