// The operations that ask a pool for pages: on a pool whose free pages were all given back to the
// kernel, on one that inspects everything, on one of secret pages, and on a set.

import BasicContainers
import IOPages
import MemoryTestSupport

extension SweptPoolOperation {
  typealias Preparation = @Sendable (PoolSubject) throws -> Void

  static let byteCount = 1 << 20

  /// Four pages are out, and no other page has memory behind it.
  static let trimmedPool: Preparation = { subject in
    try subject.open(RegionOptions(byteCount: byteCount, initiallyCommitted: byteCount / 2))
    try subject.hold(pages: 3, of: subject.pool)
    try subject.hold(pages: 1, of: subject.pool)
    try subject.pool.trim()
  }

  /// Everything is looked after, and some pages that came back lie in quarantine.
  static let inspectedPool: Preparation = { subject in
    try subject.open(
      RegionOptions(
        byteCount: byteCount, initiallyCommitted: byteCount / 2, guardPages: true),
      inspection: .debugging(quarantinedPages: 16))
    try subject.hold(pages: 3, of: subject.pool)
    _ = try subject.pool.allocate(pages: 5)
  }

  static let secretPool: Preparation = { subject in
    try subject.open(
      RegionOptions(
        byteCount: byteCount / 4, initiallyCommitted: byteCount / 8, storage: .secret,
        allowing: .secrecy))
    try subject.hold(pages: 2, of: subject.pool)
  }

  /// A block table is written with each page that goes or comes.
  static let recoverablePool: Preparation = { subject in
    subject.pools.append(
      try PagePool(recoverable: RegionOptions(byteCount: byteCount / 2)))
    try subject.hold(pages: 3, of: subject.pool)
  }

  /// Whatever takes pages of one pool, with what each is called.
  static var takings: [(name: String, perform: @Sendable (PoolSubject) throws -> Void)] {
    [
      ("a run", { $0.taken.append(try $0.pool.allocate(pages: 5)) }),
      ("a block", { $0.taken.append(try $0.pool.allocate(order: 3)) }),
      ("one page", { $0.taken.append(try $0.pool.allocate(order: 0, contents: .uninitialized)) }),
      (
        "single pages into a span",
        { subject in
          let pool = subject.pool
          subject.take(
            try UniqueArray(capacity: 9) { (span) throws(OutOfMemory) in
              try pool.allocate(singlePages: 9, into: &span)
            })
        }
      ),
      ("single pages", { $0.take(try $0.pool.allocate(singlePages: 20)) }),
      (
        "single pages into an array",
        { try $0.pool.allocate(singlePages: 20, into: &$0.taken) }
      ),
      (
        "pages that are written at once",
        { subject in
          subject.taken.append(
            try subject.pool.allocate(pages: 2) { output in
              output.append(UInt32(7), .bigEndian)
            })
        }
      ),
      ("a buffer", { $0.buffers.append(try PageBuffer(count: 5000, from: $0.pool)) }),
      (
        "a buffer of bytes",
        { $0.buffers.append(try PageBuffer(copying: [1, 2, 3] as [UInt8], from: $0.pool)) }
      ),
      (
        "a buffer of held bytes",
        { $0.buffers.append(try PageBuffer(copying: $0.held[0].bytes, from: $0.pool)) }
      ),
      (
        "a buffer that is written at once",
        { subject in
          subject.buffers.append(
            try PageBuffer(capacity: 9000, from: subject.pool) { output in
              output.append(UInt32(7), .bigEndian)
            })
        }
      ),
      ("a buffer of text", { $0.buffers.append(try PageBuffer(hex: "00 ff 17", from: $0.pool)) }),
      ("a shared buffer", { $0.shared.append(try SharedPageBuffer(hex: "00ff", from: $0.pool)) }),
      ("a view with a reserve", { $0.view = try $0.pool.limited(to: 20, reserving: 10) }),
    ]
  }

  /// What takes pages through a view.
  static var takingsOfViews: [(name: String, perform: @Sendable (PoolSubject) throws -> Void)] {
    [
      ("a run of a view", { $0.taken.append(try view($0).allocate(pages: 5)) }),
      ("a block of a view", { $0.taken.append(try view($0).allocate(order: 2)) }),
      ("single pages of a view", { try view($0).allocate(singlePages: 12, into: &$0.taken) }),
      (
        "single pages of a view into a span",
        { subject in
          let view = try view(subject)
          subject.take(
            try UniqueArray(capacity: 3) { (span) throws(OutOfMemory) in
              try view.allocate(singlePages: 3, into: &span)
            })
        }
      ),
      ("a buffer of a view", { $0.buffers.append(try PageBuffer(count: 9, from: view($0))) }),
    ]
  }

  private static func view(_ subject: PoolSubject) throws -> LimitedPool {
    guard let view = subject.view else { throw RegionError(.notOwner) }
    return view
  }

  /// All requests to one pool, of each kind.
  static func requests(
    _ kind: String, harmless: Set<SystemCallFaults.Call> = [],
    _ prepare: @escaping Preparation
  ) -> [SweptPoolOperation] {
    takings.map {
      SweptPoolOperation(
        name: "\($0.name) of \(kind)", harmless: harmless, prepare: prepare, perform: $0.perform)
    }
      + takingsOfViews.map {
        SweptPoolOperation(
          name: "\($0.name) of \(kind)", harmless: harmless,
          prepare: { subject in
            try prepare(subject)
            subject.view = try subject.pool.limited(to: 20, reserving: 10)
          }, perform: $0.perform)
      } + [copyingAList(kind, harmless, prepare)]
  }

  private static func copyingAList(
    _ kind: String, _ harmless: Set<SystemCallFaults.Call>, _ prepare: @escaping Preparation
  ) -> SweptPoolOperation {
    // The list is made on a pool that has no faults.
    SweptPoolOperation(
      name: "a buffer of a list of \(kind)", harmless: harmless, prepare: prepare,
      perform: { subject in
        let other = PoolTestMemory.makePool(pages: 16)
        var list = PageBufferList(try PageBuffer(count: 100, from: other))
        list.append(try PageBuffer(count: 5000, from: other))
        subject.buffers.append(try PageBuffer(copying: list, from: subject.pool))
      })
  }
}
