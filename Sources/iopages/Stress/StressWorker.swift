// One life of a thread: it takes blocks, passes them on, takes them apart and gives them back, until
// its operations are done, or it is told to stop. What it has then stays in the shared slots.

import IOPages
import PagePools

/// A thread at work.
struct StressWorker<Subject: StressSubject> {
  let subject: Subject
  let audit: StressAudit
  let slots: SharedSlots
  let options: StressOptions
  let thread: Int
  /// The number of the operation, earlier lives included.
  var operation: Int
  var random: SeededGenerator
  var held: [StressBlock] = []
  var tally = StressTally()

  /// The most blocks that a thread keeps to itself.
  private static var mostHeld: Int { 4096 }

  /// Does one operation.
  mutating func step() throws(StressFailure) {
    operation += 1
    tally.operations += 1
    tally.pagesOut += min(audit.ledger.pages, audit.map.pageCount)
    let draw = random.share()
    if draw < options.handover {
      try handOver()
    } else if draw < options.handover + options.buffers, !held.isEmpty {
      try workOnBlock(at: random.index(held.count))
    } else if held.count < Self.mostHeld, audit.ledger.hasRoomForParts,
      random.share() < (audit.ledger.isLow ? 0.85 : 0.4)
    {
      try take()
    } else {
      try freeOne()
    }
  }

  // MARK: Taking

  private mutating func take() throws(StressFailure) {
    let request = drawRequest()
    // At the ceiling, room is made for the next one.
    guard audit.ledger.announce(request.pages) else { return try freeOne() }
    let isZeroed = random.share() < options.zeroed
    let mustBeZero = isZeroed || subject.clearsAll
    let owner = StressOwner(thread: thread, operation: operation)
    let cookie = BlockCookie(random.next())
    let pages: StressBlock
    do throws(OutOfMemory) {
      pages = StressBlock(try allocate(request, isZeroed: isZeroed), cookie: cookie, owner: owner)
    } catch {
      audit.ledger.takeOff(request.pages)
      tally.refusals += 1
      try refused(request, error)
      // There is more to be had after a few came back.
      for _ in 0..<1 + random.index(8) { try freeOne() }
      return
    }
    tally.allocations += request.isOfSinglePages ? request.pages : 1
    if mustBeZero { tally.zeroedPages += request.pages }
    do throws(StressFault) {
      try audit.admit(pages, as: request, isZero: mustBeZero)
    } catch {
      throw failure("taking \(request.text)\(isZeroed ? ", zeroed" : "")", pages, error)
    }
    held.append(pages)
  }

  /// What to ask for.
  private mutating func drawRequest() -> PageRequest {
    let draw = random.share()
    if draw < options.bulk / 2 { return .singles(count: 1 + random.index(160)) }
    let order = drawOrder()
    guard draw < options.bulk, order > 1 else { return .block(order: order) }
    // No power of two, so that there is a rest.
    return .run(pages: 1 << (order - 1) + 1 + random.index(1 << (order - 1) - 1))
  }

  private mutating func drawOrder() -> Int {
    let steps = random.next().trailingZeroBitCount
    return options.orders.lowerBound + steps % options.orders.count
  }

  private mutating func allocate(
    _ request: PageRequest, isZeroed: Bool
  ) throws(OutOfMemory) -> StressBlock.Contents {
    let contents: PageContents = isZeroed ? .zeroed : .uninitialized
    let draw = random.next()
    switch request {
    case .block(let order):
      return .page(try subject.allocate(order: order, contents: contents, draw: draw))
    case .run(let count):
      return .page(try subject.allocate(pages: count, contents: contents, draw: draw))
    case .singles(let count):
      var pages = UniqueArray<IOPage>(minimumCapacity: count)
      try subject.allocate(singlePages: count, into: &pages, contents: contents, draw: draw)
      return .singles(pages)
    }
  }

  private func refused(_ request: PageRequest, _ error: OutOfMemory) throws(StressFailure) {
    do throws(StressFault) {
      // Nobody else takes or gives, so that all is known.
      if options.threads == 1, options.buffers == 0, audit.refusal.poolCount == 1,
        !audit.refusal.hasGuards,
        error.reason == .exhausted || error.reason == .fragmented
      {
        let free = audit.map.pageCount - audit.ledger.pages
        guard error.freePages == free else {
          throw StressFault(expected: "\(free) free pages", found: "\(error.freePages)")
        }
      }
      try audit.refusal.check(error, of: request)
    } catch {
      throw failure("being refused \(request.text)", nil, error)
    }
  }

  // MARK: Giving back and passing on

  /// Gives a block back: one of its own, or one that another thread has left.
  private mutating func freeOne() throws(StressFailure) {
    if !held.isEmpty {
      try free(takeHeld(at: random.index(held.count)))
    } else if let block = slots.exchange(nil, at: random.index(slots.count)) {
      try free(block)
    }
  }

  /// Checks a block and gives it back.
  mutating func free(_ block: StressBlock) throws(StressFailure) {
    let pageCount: Int
    do throws(StressFault) {
      try audit.inspect(block)
      pageCount = try audit.dismiss(block)
    } catch {
      throw failure("giving back", block, error)
    }
    switch block.takeContents() {
    case .page(let page):
      subject.free(page)
      tally.frees += 1
    case .singles(var pages):
      tally.frees += pages.count
      subject.free(&pages)
    case .buffer(let buffer):
      _ = consume buffer
      tally.frees += 1
    case .slice(let slice, let lot):
      _ = consume slice
      if lot.end() { audit.ledger.takeOff(lot.pages.count) }
    case .nothing: break
    }
    audit.ledger.takeOff(pageCount)
  }

  /// Exchanges one of its blocks for what is in a slot; half of what it gets goes back at once.
  private mutating func handOver() throws(StressFailure) {
    let own = held.isEmpty ? nil : takeHeld(at: random.index(held.count))
    guard let other = slots.exchange(own, at: random.index(slots.count)) else { return }
    tally.handovers += 1
    if random.next() & 1 == 0, held.count < Self.mostHeld {
      held.append(other)
    } else {
      try free(other)
    }
  }

  /// Leaves its blocks to the others, and gives back those whose slots it needs.
  mutating func leaveSurvivors() throws(StressFailure) {
    while let block = held.popLast() {
      if let other = slots.exchange(block, at: random.index(slots.count)) { try free(other) }
    }
  }

  /// Takes a block out of those that it holds; the last one takes its place.
  mutating func takeHeld(at index: Int) -> StressBlock {
    held.swapAt(index, held.count - 1)
    return held.removeLast()
  }

  /// The error of an operation. What is in the block is never given back: it may be somebody else's.
  func failure(_ action: String, _ block: StressBlock?, _ fault: StressFault) -> StressFailure {
    if let block { block.keepForEver() }
    return StressFailure(
      thread: thread, operation: operation, action: action,
      block: block?.description(in: audit.map) ?? "", fault: fault)
  }
}

extension StressBlock {
  /// Sees to it that the pages are never given back.
  func keepForEver() {
    // One reference more, which nobody drops.
    _ = unsafe Unmanaged.passRetained(self)
  }
}

extension PageRequest {
  /// What is asked for, in words.
  fileprivate var text: String {
    switch self {
    case .block(let order): "a block of order \(order)"
    case .run(let pages): "a run of \(pages) pages"
    case .singles(let count): "\(count) single pages"
    }
  }
}

extension SeededGenerator {
  /// A number from 0 on, below 1.
  mutating func share() -> Double { Double.random(in: 0..<1, using: &self) }

  /// A number below `count`, which is positive.
  mutating func index(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }
}
