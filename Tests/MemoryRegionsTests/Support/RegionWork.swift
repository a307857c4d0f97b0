// A round through everything that regions do, on the real kernel, for processes in which some of it is
// refused: each piece of work either is done or throws a typed error, and none leaves anything.

import MemoryRegions
import MemoryTestSupport
import SystemPackage

/// One piece of work.
struct RegionWork: Sendable {
  let name: String
  let perform: @Sendable () throws(RegionError) -> Void

  private static let byteCount = 1 << 20

  /// All of it. `hasSecretMemory`: whether there was secret memory before anything was refused.
  static func all(hasSecretMemory: Bool) -> [RegionWork] {
    var work = [
      RegionWork(name: "growing") { () throws(RegionError) in
        let region = try MemoryRegion(
          RegionOptions(byteCount: byteCount, initiallyCommitted: byteCount / 2))
        try region.commit(pages: byteCount / 8192)
        touch(region)
      },
      RegionWork(name: "locked pages") { () throws(RegionError) in
        try giveAndTake(RegionOptions(byteCount: 4 * byteCount, lockedInMemory: true))
      },
      RegionWork(name: "a memory file") { () throws(RegionError) in
        try giveAndTake(RegionOptions(byteCount: byteCount, storage: .memfd(name: "work")))
      },
      RegionWork(name: "pages at the first touch") { () throws(RegionError) in
        try giveAndTake(RegionOptions(byteCount: byteCount, population: .none))
      },
      RegionWork(name: "transparent huge pages, if they can be had") { () throws(RegionError) in
        let region = try MemoryRegion(
          RegionOptions(
            byteCount: 4 << 20, backing: .transparentHugePages, allowing: .hugePages))
        touch(region)
      },
      RegionWork(name: "all that may be given up") { () throws(RegionError) in
        let region = try MemoryRegion(
          RegionOptions(
            byteCount: byteCount, placement: .local, lockedInMemory: true, allowing: .all))
        touch(region)
      },
      RegionWork(name: "a registration") { () throws(RegionError) in
        let region = try MemoryRegion(
          RegionOptions(byteCount: byteCount, excludedFromForks: true))
        _ = try region.register(.ioUring)
        try region.discardContents(pages: 0..<1)
      },
      RegionWork(name: "guards") { () throws(RegionError) in
        let region = try MemoryRegion(RegionOptions(byteCount: byteCount, guardPages: true))
        if try region.guardPages(1..<2) { try region.unguardPages(1..<2) }
        touch(region)
      },
      RegionWork(name: "slices") { () throws(RegionError) in
        let options = RegionOptions(byteCount: byteCount)
        _ = try MemoryRegion.openSlices([options, options], stride: byteCount)
      },
      RegionWork(name: "side tables") { () throws(RegionError) in
        let tables = try SideTableMemory(byteCount: byteCount)
        // Within the tables, while they live.
        unsafe tables.baseAddress.storeBytes(of: 1, toByteOffset: 4096, as: UInt8.self)
      },
      RegionWork(name: "a control block") { () throws(RegionError) in
        unsafe ControlBlocks.recycle(try ControlBlocks.take())
      },
    ]
    if hasSecretMemory {
      work += [
        RegionWork(name: "secret memory") { () throws(RegionError) in
          touch(try MemoryRegion(RegionOptions(byteCount: 4 * byteCount, storage: .secret)))
        },
        RegionWork(name: "secret memory, or what comes close") { () throws(RegionError) in
          touch(
            try MemoryRegion(
              RegionOptions(byteCount: byteCount, storage: .secret, allowing: .secrecy)))
        },
      ]
    }
    return work
  }

  private static func giveAndTake(_ options: RegionOptions) throws(RegionError) {
    let region = try MemoryRegion(options)
    touch(region)
    try region.discardContents(pages: 16..<32)
    try region.populate(pages: 16..<32)
    touch(region)
  }

  /// Whatever was granted can be used: the last committed byte is written.
  private static func touch(_ region: MemoryRegion) {
    let last = Int(bitPattern: unsafe region.address) + region.committedByteCount - 8
    // Committed, while the region lives.
    unsafe word(at: last).pointee = 1
  }
}

/// What came of a round of work.
struct WorkReport {
  /// The pieces of work that were refused.
  var refusals: [(name: String, error: RegionError)] = []
  /// What is left behind.
  var excess: [String] = []

  /// Does all work, again and again, and looks at what each round leaves.
  init(hasSecretMemory: Bool) {
    let work = RegionWork.all(hasSecretMemory: hasSecretMemory)
    excess = ProcessHoldings.excess(ofRepeating: {
      refusals = []
      for piece in work {
        do throws(RegionError) {
          try piece.perform()
        } catch {
          refusals.append((piece.name, error))
        }
      }
    })
  }

  /// The names of what was refused.
  var refused: [String] { refusals.map(\.name) }
}
