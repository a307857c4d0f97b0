// All that is swept: requests (SweptRequests), sets (SweptSets), what a pool does beside handing
// pages out, and opening.

import BasicContainers
import IOPages
import MemoryTestSupport
import Testing

extension SweptPoolOperation {
  /// What inspected pools can do without: markers, and the pages behind a run.
  private static let guardCalls: Set<SystemCallFaults.Call> = [
    .advise(.installGuards), .advise(.removeGuards), .advise(.populateWrite), .protect,
  ]

  /// Operations of which each request for pages may fail.
  static var requestSweeps: [SweptPoolOperation] {
    requests("a trimmed pool", trimmedPool) + requests("an inspected pool", inspectedPool)
      + requests("a secret pool", secretPool)
      + requests("a recoverable pool", recoverablePool) + sets + [reclaiming]
      + withoutRequests
  }

  /// Operations of which each system call may fail.
  static var callSweeps: [SweptPoolOperation] {
    // Where the neighbourhood of a few pages cannot be populated, the pages alone are.
    requests("a trimmed pool", harmless: [.advise(.populateWrite)], trimmedPool)
      .filter { !$0.name.contains("reserve") }
      + requests("an inspected pool", harmless: guardCalls, inspectedPool)
      .filter { !$0.name.contains("reserve") }
      + [givingBack, trimming] + wholePools + trimmedSets + commits + openings
  }

  // MARK: What pools do besides

  /// All pages are out, some of them with a reclaimer, which needs a page itself and does without.
  private static let reclaiming = SweptPoolOperation(
    name: "a request that reclaimers meet", absorbsFailedRequests: true,
    prepare: { subject in
      try subject.open(RegionOptions(byteCount: 16 * 4096))
      try subject.hold(pages: 8, of: subject.pool)
    },
    perform: { subject in
      let (pool, reference) = (subject.pool, subject.pool.reference)
      let first = try reference.allocate(pages: 8, contents: .uninitialized, reclaim: .never)
      let isOut = Guarded(true)
      let giveBack: @Sendable () -> Int = {
        guard
          isOut.withLock({ isOut in
            defer { isOut = false }
            return isOut
          })
        else { return 0 }
        reference.free(first..<first + 8)
        return 8
      }
      defer { _ = giveBack() }
      let token = pool.onPressure { _ in
        if let frame = try? reference.allocate(
          pages: 1, contents: .uninitialized, reclaim: .allowed)
        {
          reference.free(frame..<frame + 1)
        }
        return giveBack()
      }
      subject.taken.append(try pool.allocate(pages: 4))
      _ = consume token
    })

  private static func withoutRequest(
    _ name: String, _ perform: @escaping @Sendable (PoolSubject) throws -> Void
  ) -> SweptPoolOperation {
    SweptPoolOperation(
      name: name, asksForNothing: true,
      prepare: { subject in
        try subject.open(RegionOptions(byteCount: byteCount))
        subject.taken.append(try subject.pool.allocate(pages: 4))
        subject.buffers.append(try PageBuffer(count: 9000, from: subject.pool))
      }, perform: perform)
  }

  /// What never fails for want of pages, since it works on those that are there.
  private static var withoutRequests: [SweptPoolOperation] {
    [
      withoutRequest("releasing and adopting") { subject in
        // Nobody else has the address, and the pool lives.
        let bytes = unsafe subject.taken.removeLast().release()
        unsafe subject.taken.append(try IOPage(adopting: bytes, from: subject.pool))
      },
      withoutRequest("releasing and freeing") { subject in
        // As above.
        unsafe subject.pool.free(released: subject.taken.removeLast().release())
      },
      withoutRequest("splitting a run") { $0.take($0.taken.removeLast().split()) },
      withoutRequest("freezing, slicing and thawing") { subject in
        var shared = subject.buffers.removeLast().freeze()
        let slice = shared[100..<200]
        subject.shared.append(slice)
        subject.shared = []
        _ = consume slice
        subject.buffers.append(try shared.thaw())
      },
      withoutRequest("a view without a reserve") { $0.view = try $0.pool.limited(to: 5) },
      withoutRequest("an empty run") { $0.taken.append(try $0.pool.allocate(pages: 0)) },
      withoutRequest("an empty buffer") {
        $0.buffers.append(try PageBuffer(count: 0, from: $0.pool))
      },
    ]
  }

  /// A run whose guard may not go away.
  private static let givingBack = SweptPoolOperation(
    name: "giving a guarded run back", harmless: guardCalls,
    prepare: { subject in
      try inspectedPool(subject)
      subject.taken.append(try subject.pool.allocate(pages: 3))
    }, perform: { $0.taken = UniqueArray() })

  private static let trimming = SweptPoolOperation(
    name: "trimming",
    prepare: { subject in
      try subject.open(RegionOptions(byteCount: byteCount))
      try subject.hold(pages: 3, of: subject.pool)
    }, perform: { try $0.pool.trim() })

  /// All pages of a pool at once, none of which has memory: no others could take their place.
  private static var wholePools: [SweptPoolOperation] {
    let pages = byteCount / 4096
    func operation(
      _ name: String, hasView: Bool = false,
      _ perform: @escaping @Sendable (PoolSubject) throws -> Void
    ) -> SweptPoolOperation {
      SweptPoolOperation(
        name: name,
        prepare: { subject in
          try subject.open(RegionOptions(byteCount: byteCount))
          try subject.pool.trim()
          if hasView { subject.view = try subject.pool.limited(to: pages, reserving: 10) }
        }, perform: perform)
    }
    return [
      operation("a view's run of all trimmed pages", hasView: true) { subject in
        guard let view = subject.view else { throw RegionError(.notOwner) }
        subject.taken.append(try view.allocate(pages: pages))
      },
      operation("a run of all trimmed pages") {
        $0.taken.append(try $0.pool.allocate(pages: pages))
      },
      operation("a block of all trimmed pages") {
        $0.taken.append(try $0.pool.allocate(order: pages.trailingZeroBitCount))
      },
      operation("a buffer of all trimmed pages") {
        $0.buffers.append(try PageBuffer(count: byteCount, from: $0.pool))
      },
    ]
  }

  // MARK: Committing and opening

  private static var commits: [SweptPoolOperation] {
    [("a trimmed pool", trimmedPool), ("an inspected pool", inspectedPool)].map {
      SweptPoolOperation(
        name: "committing more of \($0.0)", prepare: $0.1,
        perform: { try $0.region.commit(pages: 16) })
    }
  }

  private static var openings: [SweptPoolOperation] {
    let base = RegionOptions(byteCount: byteCount / 4)
    var guarded = base
    guarded.guardPages = true
    var locked = base
    locked.lockedInMemory = true
    let wishes: [(String, RegionOptions, PoolInspection)] = [
      ("a pool", base, PoolInspection()),
      ("an inspected pool", guarded, .debugging()),
      (
        "a pool in a memory file",
        RegionOptions(byteCount: byteCount / 4, storage: .memfd(name: "swept")), PoolInspection()
      ),
      ("a pool of locked pages", locked, PoolInspection()),
    ]
    // Without a page to try markers on, or markers, mappings guard.
    let probing: Set<SystemCallFaults.Call> = [.map, .advise(.installGuards)]
    var openings = wishes.map { (name, options, inspection) in
      SweptPoolOperation(
        name: "opening \(name)", harmless: options.guardPages ? probing : [], prepare: { _ in },
        perform: { try $0.open(options, inspection: inspection) })
    }
    openings.append(
      SweptPoolOperation(
        name: "opening a set", prepare: { _ in }, perform: { try $0.openSet(pages: [16, 8, 4]) }))
    openings.append(
      SweptPoolOperation(
        name: "opening a pool where no control block is free", keepsMemory: true,
        prepare: { $0.takeAllControlBlocks() }, perform: { try $0.open(base) }))
    if canHaveSecretMemory() {
      let secret = RegionOptions(byteCount: byteCount / 4, storage: .secret)
      openings.append(
        SweptPoolOperation(
          name: "opening a secret pool", prepare: { _ in }, perform: { try $0.open(secret) }))
    }
    return openings
  }
}
