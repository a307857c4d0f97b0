// The operations of regions, tables and control blocks that are swept by faults.

import MemoryRegions
import MemoryTestSupport
import SystemPackage

extension SweptOperation {
  /// All that can be swept here, by name.
  static var all: [SweptOperation] {
    openings + commits + changes + guards
      + [slices, sideTables, controlBlock, registering]
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
      operations += [discard, populate]
      // In a container that refuses to be asked, other calls answer, whose failures count then.
      if (try? SystemCalls.linux.nodes([0])) != nil { operations.append(residency) }
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
