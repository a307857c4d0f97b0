// The operations of regions, tables and control blocks that are swept by faults.

import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

extension SweptOperation {
  /// All that can be swept here, by name.
  static var all: [SweptOperation] {
    openings + commits + changes + guards
      + [slices, sideTables, controlBlock, registering]
  }

  static let byteCount = 1 << 18

  /// Regions to open and to grow, by what is special about them.
  private static var wishes: [(name: String, options: RegionOptions)] {
    let base = RegionOptions(byteCount: byteCount)
    func with(_ change: (inout RegionOptions) -> Void) -> RegionOptions {
      var options = base
      change(&options)
      return options
    }
    var wishes: [(String, RegionOptions)] = [
      ("base pages", base),
      (
        "transparent huge pages",
        with {
          $0.byteCount = 4 << 20
          $0.backing = .transparentHugePages
          $0.excludedFromForks = true
        }
      ),
      (
        "huge pages",
        with {
          $0.byteCount = 4 << 20
          $0.backing = .hugePages2MiB
          $0.excludedFromCoreDumps = true
        }
      ),
      (
        "huge pages in a memory file",
        with {
          $0.byteCount = 4 << 20
          $0.backing = .hugePages2MiB
          $0.storage = .memfd(name: "swept")
        }
      ),
      ("a memory file", with { $0.storage = .memfd(name: "swept") }),
      ("pages at the first touch", with { $0.population = .none }),
      (
        "locked pages",
        with {
          $0.lockedInMemory = true
          $0.excludedFromCoreDumps = true
          $0.excludedFromForks = true
        }
      ),
      ("guard pages", with { $0.guardPages = true }),
    ]
    wishes += placements.map { (name, placement) in
      // The made-up machine keeps books of each page.
      (name, RegionOptions(byteCount: byteCount / 4, placement: placement))
    }
    if canHaveSecretMemory() {
      wishes.append(("secret memory", RegionOptions(byteCount: byteCount / 4, storage: .secret)))
    }
    return wishes
  }

  private static var placements: [(name: String, placement: Placement)] {
    var placements: [(String, Placement)] = [("local pages", .local)]
    #if NUMA
      placements += [
        ("pages bound to a node", .bind(to: 1)),
        ("pages with a home node", .bind(to: 0, 1).homeNode(1)),
        ("pages on several nodes in turn", .interleave(over: 0, 1)),
        ("pages preferred on a node", .preferred(1)),
      ]
    #endif
    return placements
  }

  /// Each placement is on a machine of two nodes.
  private static func settle(_ operation: inout SweptOperation, _ options: RegionOptions) {
    if options.placement != .none {
      operation.base = { FakeMachine.two().shortTable }
      // Without a look at each page, its place is asked for, or is not known.
      operation.harmless.formUnion([.bindIfObeyed, .nodes, .node])
    }
    if options.placement == .local {
      // Where the kernel knows no nodes, each page is local.
      operation.harmless.insert(.bind)
    }
    if options.backing == .transparentHugePages {
      operation.unexplained.insert(.transparentHugePagesUnavailable)
    }
    // Without a page to try markers on, or markers, mappings guard.
    if options.guardPages { operation.harmless.formUnion([.map, .advise(.installGuards), .unmap]) }
  }

  private static func open(_ options: RegionOptions, _ subject: SweepSubject) throws(RegionError) {
    let region = try MemoryRegion(options, systemCalls: subject.table)
    subject.regions.append(region)
    guard region.committedByteCount > 0 else { return }
    // Committed, while the region lives.
    unsafe word(at: Int(bitPattern: unsafe region.address)).pointee = 99
  }

  private static var openings: [SweptOperation] {
    wishes.map { (name, options) in
      var operation = SweptOperation(name: "opening \(name)") { (subject) throws(RegionError) in
        subject.regions = []
        try open(options, subject)
      }
      settle(&operation, options)
      return operation
    }
  }

  private static var commits: [SweptOperation] {
    wishes.map { (name, options) in
      var options = options
      options.initiallyCommitted = options.byteCount / 2
      let (half, pages) = (options, options.byteCount / 2 / 4096)
      var operation = SweptOperation(
        name: "committing \(name)", prepare: { try open(half, $0) },
        perform: { (subject) throws(RegionError) in try subject.regions[0].commit(pages: pages) })
      settle(&operation, options)
      return operation
    }
  }

  /// What is done with committed pages, page 0 left out.
  private static var changes: [SweptOperation] {
    var operations: [SweptOperation] = []
    for (name, options) in wishes where options.storage != .secret && !options.guardPages {
      let isHuge = options.byteCount > byteCount
      let pages = isHuge ? 512..<1024 : 1..<options.byteCount / 4096
      let prepare: @Sendable (SweepSubject) throws -> Void = { try open(options, $0) }
      var discard = SweptOperation(
        name: "discarding \(name)", prepare: prepare,
        perform: { (subject) throws(RegionError) in
          try subject.regions[0].discardContents(pages: pages)
        })
      var populate = SweptOperation(
        name: "populating \(name)",
        prepare: { subject in
          try prepare(subject)
          try subject.regions[0].discardContents(pages: pages)
        },
        perform: { (subject) throws(RegionError) in
          try subject.regions[0].populate(pages: pages)
        })
      var residency = SweptOperation(
        name: "residency of \(name)", prepare: prepare,
        perform: { (subject) throws(RegionError) in _ = try subject.regions[0].residency() })
      settle(&discard, options)
      settle(&populate, options)
      settle(&residency, options)
      // Counted by the mappings, where that can be.
      residency.harmless.insert(.nodes)
      operations += [discard, populate, residency]
      #if NUMA
        if isHuge { continue }
        var migrate = SweptOperation(
          name: "migrating \(name)", prepare: prepare,
          perform: { (subject) throws(RegionError) in
            let migration = try subject.regions[0].migrate(to: 1)
            if (migration.errno == nil) != (migration.notMoved == 0) {
              throw RegionError(.placementNotMet)
            }
          })
        settle(&migrate, options)
        migrate.base = { FakeMachine.two().shortTable }
        // Pages that stay where they are are counted, and say why.
        migrate.harmless.insert(.movePages)
        operations.append(migrate)
      #endif
    }
    return operations
  }

  private static var guards: [SweptOperation] {
    let methods = GuardMethod.both.filter(\.isAvailable)
    return methods.flatMap { method -> [SweptOperation] in
      let options = RegionOptions(byteCount: byteCount, guardPages: true)
      let base: @Sendable () -> SystemCalls = {
        SystemCalls.linux.guarding(by: method).seeing(only: shortFiles)
      }
      let add: @Sendable (SweepSubject) throws(RegionError) -> Void = {
        (subject) throws(RegionError) in
        // False is an answer too: then nothing was done.
        if try !subject.regions[0].guardPages(4..<8) {
          throw RegionError(.guardRefused)
        }
      }
      return [
        SweptOperation(
          name: "guarding by \(method)", unexplained: [.guardRefused], base: base,
          prepare: { try open(options, $0) }, perform: add),
        SweptOperation(
          name: "unguarding by \(method)", base: base,
          prepare: { subject in
            try open(options, subject)
            try add(subject)
          },
          perform: { (subject) throws(RegionError) in
            try subject.regions[0].unguardPages(4..<8)
          }),
      ]
    }
  }

  private static let registering = SweptOperation(
    name: "registering",
    prepare: { subject in
      try open(
        RegionOptions(byteCount: byteCount, population: .none, excludedFromForks: true), subject)
      try subject.regions[0].discardContents(pages: 1..<64)
    },
    perform: { (subject) throws(RegionError) in
      subject.registration = try subject.regions[0].register(.vfio)
    })

  private static let slices = SweptOperation(
    name: "opening slices", harmless: [.unmap],
    perform: { (subject) throws(RegionError) in
      subject.regions = []
      subject.regions = try MemoryRegion.openSlices(
        [
          RegionOptions(byteCount: byteCount),
          RegionOptions(
            byteCount: 2 * byteCount, lockedInMemory: true, storage: .memfd(name: "slice")),
        ], stride: 2 * byteCount, systemCalls: subject.table)
    })

  private static let sideTables = SweptOperation(
    name: "side tables",
    perform: { (subject) throws(RegionError) in
      subject.sideTables = nil
      subject.sideTables = try SideTableMemory(byteCount: 5000, systemCalls: subject.table)
    })

  /// The arenas are full before, so that a block needs a new one.
  private static let controlBlock = SweptOperation(
    name: "a control block", keepsMemory: true,
    prepare: { _ in
      var table = SystemCalls.linux
      table.map = { (_, _) throws(Errno) in throw .noMemory }
      var isFull = false
      while !isFull {
        do throws(RegionError) {
          _ = unsafe try ControlBlocks.take(systemCalls: table)
        } catch {
          isFull = true
        }
      }
    },
    perform: { (subject) throws(RegionError) in
      _ = unsafe try ControlBlocks.take(systemCalls: subject.table)
    })
}

extension FakeMachine {
  /// Its table, with few files beside its own, and base pages for huge ones.
  fileprivate var shortTable: SystemCalls {
    let machine = table.imitatingHugePages
    var short = machine
    short.readFile = { (path) throws(Errno) in
      if let text = SweptOperation.shortFiles[path] { return text }
      let isItsOwn = path.hasPrefix("/sys/devices/system/node") || path.hasSuffix("/status")
      if !isItsOwn { throw .noSuchFileOrDirectory }
      return try machine.readFile(path)
    }
    return short
  }
}
