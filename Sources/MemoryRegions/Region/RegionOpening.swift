// Opening: reserve once, then try to commit as wished. Where that fails and the caller allows it,
// the wish is given up, its reason is kept, and the rest is tried again.

import SystemPackage

/// The work of opening a region, up to where there is something to own.
enum RegionOpening {
  /// Opens a region, at `place` if the caller has reserved it. On an error nothing is left mapped
  /// or open, and a caller's reservation is as it was.
  static func open(
    _ options: RegionOptions, _ systemCalls: SystemCalls, at place: Int? = nil,
    file: MemoryFileSource = .new(trailingByteCount: 0)
  ) throws(RegionError) -> (mapping: RegionMapping, granted: GrantedRegion) {
    let kernelPage = systemCalls.pageByteCount()
    guard kernelPage == pageByteCount else {
      throw RegionError(
        .pageSizeUnsupported, call: "sysconf",
        detail: "the kernel's pages have \(kernelPage) bytes")
    }
    let layout = try RegionLayout(options)
    try options.checkConsistency()
    let base = if let place { place } else { try RegionMapping.reserve(layout, systemCalls) }
    var wishes = options
    wishes.initiallyCommitted = layout.initiallyCommitted
    wishes.largestOrder = layout.largestOrder
    var unmet: [UnmetWish] = []
    while true {
      do throws(RegionError) {
        return try commit(wishes, unmet, base, file, systemCalls)
      } catch {
        guard let wish = error.kind.degradation, wishes.giveUp(wish) else {
          if place == nil { try? systemCalls.unmap(base, layout.byteCount) }
          throw error
        }
        unmet.append(UnmetWish(wish: wish, reason: error))
        if wish == .placement {
          // The policy may be set already on the part that is not committed yet.
          try? systemCalls.bind(base, layout.byteCount, MemoryPolicy(.default))
        }
      }
    }
  }

  private static func commit(
    _ wishes: RegionOptions, _ unmet: [UnmetWish], _ base: Int, _ file: MemoryFileSource,
    _ systemCalls: SystemCalls
  ) throws(RegionError) -> (RegionMapping, GrantedRegion) {
    try checkTransparentHugePages(wishes, systemCalls)
    try RegionMapping.checkSecretMemory(wishes, systemCalls)
    var mapping = RegionMapping(
      systemCalls: systemCalls, base: base, byteCount: wishes.byteCount, options: wishes,
      file: try RegionMapping.memoryFile(wishes, systemCalls, file))
    if case .existing = file { mapping.keepsContents = true }
    do throws(RegionError) {
      try mapping.validatePlacement()
      let outcome = try mapping.commit(0..<(wishes.initiallyCommitted ?? 0))
      var granted = GrantedRegion(wishes, outcome, unmet)
      granted.hugePageByteCount = mapping.hugePageByteCount()
      if wishes.guardPages { granted.guardMethod = GuardMethod(probing: systemCalls) }
      return (mapping, granted)
    } catch {
      mapping.closeFile()
      throw error
    }
  }

  /// The kernel takes the advice even where it will never follow it, so the mode is read.
  private static func checkTransparentHugePages(
    _ wishes: RegionOptions, _ systemCalls: SystemCalls
  ) throws(RegionError) {
    guard wishes.backing == .transparentHugePages else { return }
    let file = wishes.storage == .anonymous ? "enabled" : "shmem_enabled"
    let mode = systemCalls.transparentHugePages(file)
    guard mode == nil || mode == "never" || mode == "deny" else { return }
    throw RegionError(
      .transparentHugePagesUnavailable,
      detail: "/sys/kernel/mm/transparent_hugepage/\(file) is \(mode ?? "absent")")
  }
}

extension RegionOptions {
  /// Drops a wish, if that is allowed and there is something left to drop.
  fileprivate mutating func giveUp(_ wish: Degradations) -> Bool {
    guard allowing.contains(wish) else { return false }
    switch wish {
    case .hugePages:
      guard let lesser = backing.lesser else { return false }
      backing = lesser
    case .placement:
      guard placement != .none else { return false }
      placement = .none
    case .locking:
      guard lockedInMemory, storage != .secret else { return false }
      lockedInMemory = false
    case .population:
      guard populates, backing.poolPageShift == nil, storage != .secret else { return false }
      population = .none
    case .secrecy:
      guard storage == .secret else { return false }
      storage = .anonymous
      population = .atCommit
      (lockedInMemory, excludedFromCoreDumps, excludedFromForks) = (true, true, true)
    default: return false
    }
    return true
  }
}

extension RegionError.Kind {
  /// The wish whose giving up answers this refusal; nil if none does.
  fileprivate var degradation: Degradations? {
    switch self {
    case .hugePagesUnavailable, .transparentHugePagesUnavailable: .hugePages
    case .numaUnavailable, .noSuchNode, .nodeNotAllowed, .placementRefused, .policyUnsupported,
      .notEnoughMemoryOnNodes, .placementNotMet:
      // Not the population: pages bound to a full node that come when touched end the process.
      .placement
    case .lockLimit, .lockRefused: .locking
    case .notEnoughMemory, .populationRefused: .population
    case .secretMemoryUnavailable: .secrecy
    default: nil
    }
  }
}

extension GrantedRegion {
  /// What the wishes that were left amount to.
  fileprivate init(_ wishes: RegionOptions, _ outcome: PlacementOutcome, _ unmet: [UnmetWish]) {
    self.init(
      backing: wishes.backing, hugePageByteCount: nil, placement: wishes.placement,
      placementCheck: outcome.check, pagesElsewhere: outcome.pagesElsewhere,
      isPopulated: wishes.populates,
      isLocked: wishes.lockedInMemory || wishes.backing.poolPageShift != nil
        || wishes.storage == .secret,
      storage: wishes.storage,
      wipesOnFree: wishes.storage == .secret || unmet.contains { $0.wish == .secrecy },
      isExcludedFromCoreDumps: wishes.keepsOutOfCoreDumps,
      isExcludedFromForks: wishes.keepsOutOfForks,
      guardMethod: nil, largestOrder: wishes.largestOrder ?? 0,
      unmet: unmet)
  }
}
