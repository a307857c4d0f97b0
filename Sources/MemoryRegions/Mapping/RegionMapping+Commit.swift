// Committing: the next bytes of the reservation become memory, backed, excluded, locked, placed and
// populated as the wishes say. All or nothing: on a failure the bytes are reserved as before.
//
// Base pages are opened in place. Huge pages from the pool are mapped elsewhere, made ready there,
// and moved in at the end: a mapping that replaces another and then fails for want of huge pages
// leaves a hole, into which another thread's mmap could fall. Secret memory comes the same way: a
// mapping beyond the limit on locked memory fails as late.
//
// What is to be kept out of forked children is mapped and advised while no thread can fork: a child
// that got a shared mapping in between would have it for good, with all that comes into it later.

import SystemPackage

extension RegionMapping {
  /// Turns the reserved bytes `range` (offsets from the base) into memory.
  /// Returns what became of their placement.
  func commit(_ range: Range<Int>) throws(RegionError) -> PlacementOutcome {
    guard !range.isEmpty else {
      return PlacementOutcome(check: try checkPlacement(unpopulated: range))
    }
    let part = try mapOutOfForks(range)
    do throws(RegionError) {
      try advise(part)
      try lock(part)
      try applyPolicy(to: part)
      try populate(part)
      let outcome = try settlePlacement(of: part)
      try moveIn(part, range)
      return outcome
    } catch {
      giveUp(part, range)
      throw error
    }
  }

  /// Maps the bytes and, if wished, keeps them out of forked children. Returns where they are while
  /// they are made ready: addresses.
  private func mapOutOfForks(_ range: Range<Int>) throws(RegionError) -> Range<Int> {
    guard options.keepsOutOfForks else { return try map(range) }
    try call("pthread_atfork", .exclusionRefused, "from forked children") { () throws(Errno) in
      try systemCalls.holdForks()
    }
    defer { systemCalls.releaseForks() }
    let part = try map(range)
    do throws(RegionError) {
      try call("madvise", .exclusionRefused, "from forked children") { () throws(Errno) in
        try systemCalls.advise(part.lowerBound, part.count, .notInForks)
      }
    } catch {
      giveUp(part, range)
      throw error
    }
    return part
  }

  private func map(_ range: Range<Int>) throws(RegionError) -> Range<Int> {
    if options.storage == .secret { return try mapSecretMemory(range.count) }
    let place = address(range.lowerBound)
    let detail = "\(range.count) bytes"
    let shift = options.backing.poolPageShift
    let mapping: SystemCalls.Mapping
    switch (file, shift) {
    case (nil, nil):
      try call("mprotect", .commitRefused, detail) { () throws(Errno) in
        try systemCalls.protect(place, range.count, .readAndWrite)
      }
      return place..<place + range.count
    case (let file?, nil):
      // No pool can run dry here: what fails, fails before the reservation is touched.
      mapping = .file(.replacing(place), descriptor: file, offset: range.lowerBound)
    case (let file?, _?):
      mapping = .file(.anywhere, descriptor: file, offset: range.lowerBound)
    case (nil, let shift?):
      mapping = .hugePages(.anywhere, shift: shift)
    }
    do throws(Errno) {
      let address = try systemCalls.map(mapping, range.count)
      return address..<address + range.count
    } catch {
      guard let shift else {
        // Closes the hole that a kernel out of its own memory may have left; a no-op otherwise.
        _ = try? systemCalls.map(.reservation(.vacant(place)), range.count)
        throw RegionError(.commitRefused, call: "mmap", errno: error, detail: detail)
      }
      throw hugePageShortage(call: "mmap", errno: error, range.count, shift: shift)
    }
  }

  /// Keeps the part out of core dumps, and settles transparent huge pages.
  private func advise(_ part: Range<Int>) throws(RegionError) {
    var advice: [(SystemCalls.Advice, RegionError.Kind, String)] = []
    if options.keepsOutOfCoreDumps {
      advice.append((.notInCoreDumps, .exclusionRefused, "from core dumps"))
    }
    if options.backing == .transparentHugePages {
      advice.append((.hugePages, .transparentHugePagesUnavailable, "\(part.count) bytes"))
    }
    for (advice, kind, detail) in advice {
      try call("madvise", kind, detail) { () throws(Errno) in
        try systemCalls.advise(part.lowerBound, part.count, advice)
      }
    }
    if options.backing == .basePages {
      // A kernel without transparent huge pages refuses the advice, and needs none.
      try? systemCalls.advise(part.lowerBound, part.count, .noHugePages)
    }
  }

  /// Puts what was made ready elsewhere where it belongs.
  private func moveIn(_ part: Range<Int>, _ range: Range<Int>) throws(RegionError) {
    let place = address(range.lowerBound)
    guard part.lowerBound != place else { return }
    let (kind, detail): (RegionError.Kind, String) =
      options.storage == .secret
      ? (.commitRefused, "\(part.count) bytes of secret memory")
      : (.hugePagesUnavailable, "moving huge pages into the region needs Linux 5.16 or later")
    try call("mremap", kind, detail) { () throws(Errno) in
      try systemCalls.move(part.lowerBound, part.count, place)
    }
  }

  /// Undoes a commit that failed after `map`.
  private func giveUp(_ part: Range<Int>, _ range: Range<Int>) {
    if part.lowerBound == address(range.lowerBound) {
      reserveAgain(part)
    } else {
      try? systemCalls.unmap(part.lowerBound, part.count)
      // If moving failed half-way, the reservation has a hole. It is closed unless it is taken.
      _ = try? systemCalls.map(.reservation(.vacant(address(range.lowerBound))), part.count)
    }
    if let file, !keepsContents {
      try? systemCalls.punchHole(file, range.lowerBound, range.count)
    }
  }
}

extension RegionOptions {
  /// A forked child that wrote to private huge pages would need huge pages of its own, which may
  /// not be there: such regions are never handed on. Neither are secrets.
  var keepsOutOfForks: Bool {
    excludedFromForks || storage == .secret
      || (backing.poolPageShift != nil && storage == .anonymous)
  }

  /// Secret memory is in no core dump.
  var keepsOutOfCoreDumps: Bool { excludedFromCoreDumps || storage == .secret }

  /// Huge pages from the pool are always populated: a touch without one would be SIGBUS. Secret
  /// memory is, too: it is small, and no advice can bring it in later.
  var populates: Bool {
    population == .atCommit || backing.poolPageShift != nil || storage == .secret
  }
}
