// What a caller wishes of a region. A wish is met or the opening fails, unless `allowing` permits
// going without it; then `MemoryRegion.granted` says what was given instead, and why.

/// The wishes for a region. `RegionOptions(byteCount: 64 << 20)` asks for 64 MiB of populated base
/// pages wherever the kernel likes.
public struct RegionOptions: Hashable, Sendable {
  /// Bytes of address space to reserve: a whole number of pages, and of huge pages if those back
  /// it.
  public var byteCount: Int
  /// Bytes to commit at open, from the region's start. Nil commits all of them.
  public var initiallyCommitted: Int?
  /// The order of the largest block that a pool over the region may hand out, `1 << largestOrder`
  /// pages, in 0...35. Nil takes 18 (1 GiB), or the largest order that the region holds.
  ///
  /// It also sets the alignment: the region's base is a multiple of such a block, so that blocks
  /// are aligned in memory as they are in the region. Opening needs as much address space again for
  /// the moment. An order beyond what the region holds is taken for its alignment alone: no block
  /// exceeds the region.
  public var largestOrder: Int?
  /// The pages to back it with.
  public var backing: Backing
  /// The nodes to place it on.
  public var placement: Placement
  /// Whether committing brings every page into memory.
  public var population: Population
  /// Whether committed pages are kept from being swapped out or migrated by reclaim.
  public var lockedInMemory: Bool
  /// What the memory is: private to the process, or a file without a name.
  public var storage: Storage
  /// Whether core dumps leave the region out.
  public var excludedFromCoreDumps: Bool
  /// Whether forked children do without the region. Registering it with a device needs this, or
  /// memory-file storage.
  public var excludedFromForks: Bool
  /// Whether single pages can be made inaccessible, as a pool does that looks for stray accesses. It
  /// goes with private, unlocked base pages alone, and keeps the region from being registered with a
  /// device.
  public var guardPages: Bool
  /// The wishes that may go unmet.
  public var allowing: Degradations

  public init(
    byteCount: Int,
    initiallyCommitted: Int? = nil,
    largestOrder: Int? = nil,
    backing: Backing = .basePages,
    placement: Placement = .none,
    population: Population = .atCommit,
    lockedInMemory: Bool = false,
    storage: Storage = .anonymous,
    excludedFromCoreDumps: Bool = false,
    excludedFromForks: Bool = false,
    guardPages: Bool = false,
    allowing: Degradations = []
  ) {
    self.byteCount = byteCount
    self.initiallyCommitted = initiallyCommitted
    self.largestOrder = largestOrder
    self.backing = backing
    self.placement = placement
    self.population = population
    self.lockedInMemory = lockedInMemory
    self.storage = storage
    self.excludedFromCoreDumps = excludedFromCoreDumps
    self.excludedFromForks = excludedFromForks
    self.guardPages = guardPages
    self.allowing = allowing
  }
}

/// The pages behind a region.
public enum Backing: Hashable, Sendable, CaseIterable {
  /// Pages of 4096 bytes, and never larger ones, whatever the system's default.
  case basePages
  /// Base pages that the kernel may join to huge pages of 2 MiB when it has them.
  case transparentHugePages
  /// Huge pages of 2 MiB from the kernel's reserved pool.
  case hugePages2MiB
  /// Huge pages of 1 GiB from the kernel's reserved pool.
  case hugePages1GiB
}

/// Whether committing a part of a region brings its pages into memory at once.
public enum Population: Hashable, Sendable {
  /// Pages come when first touched. The kernel may find then that it has none, and end the process.
  /// Huge pages from the pool are populated all the same.
  case none
  /// Every page is in memory before the commit returns.
  case atCommit
}

/// What a region's memory is.
public enum Storage: Hashable, Sendable {
  /// Memory of this process alone.
  case anonymous
  /// A file without a path that other processes can map. The name is for /proc only.
  case memfd(name: String)
  /// Memory of this process alone that the kernel itself does not map (memfd_secret): no system call
  /// of another process reads it, no core dump has it, nor a forked child, and it is never swapped out.
  /// A debugger that makes this process run code can still have it read, and so can a child made by
  /// clone(2), without fork, while another thread commits.
  ///
  /// It counts against RLIMIT_MEMLOCK, has base pages only, and is in memory from the commit on,
  /// whatever `population` says. No device can use it, and it is neither discarded nor moved: what
  /// asks for that throws `.secretMemory`.
  case secret
}

extension Storage {
  /// Whether other processes may write to it.
  var isShared: Bool {
    switch self {
    case .anonymous, .secret: false
    case .memfd: true
    }
  }
}

/// Wishes that may go unmet.
public struct Degradations: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Smaller huge pages, transparent ones, then base pages.
  public static let hugePages = Degradations(rawValue: 1 << 0)
  /// Pages wherever the kernel puts them.
  public static let placement = Degradations(rawValue: 1 << 1)
  /// Pages that can be swapped out.
  public static let locking = Degradations(rawValue: 1 << 2)
  /// Pages that come when first touched.
  public static let population = Degradations(rawValue: 1 << 3)
  /// Memory that is private, locked and kept out of core dumps and forked children, but that the
  /// kernel, and who may debug the process, can read.
  public static let secrecy = Degradations(rawValue: 1 << 4)
  /// Any of these.
  public static let all: Degradations = [.hugePages, .placement, .locking, .population, .secrecy]
}

extension Degradations: CustomStringConvertible {
  /// The wishes by name: "hugePages, locking".
  public var description: String {
    let names: [(Degradations, String)] = [
      (.hugePages, "hugePages"), (.placement, "placement"), (.locking, "locking"),
      (.population, "population"), (.secrecy, "secrecy"),
    ]
    return names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
  }
}
