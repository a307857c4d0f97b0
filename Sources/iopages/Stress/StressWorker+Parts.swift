// Taking blocks apart: runs that are split, buffers that are made of them, cut inside pages, narrowed,
// frozen and sliced. Each part is a block of its own afterwards, checked and dropped by whichever
// thread has it then.

import IOPages

extension StressWorker {
  /// Does something with a block that it holds, as its form allows.
  mutating func workOnBlock(at index: Int) throws(StressFailure) {
    tally.parts += 1
    let block = takeHeld(at: index)
    do throws(StressFault) {
      try audit.inspect(block)
      switch block.takeContents() {
      case .page(let page): workOn(page, of: block)
      case .buffer(let buffer): try workOn(buffer, of: block)
      case .singles(let pages): hold(.singles(pages), in: block)
      case .slice(let slice, let lot): sliceAgain(slice, lot, of: block)
      case .nothing: break
      }
    } catch {
      throw failure("taking apart", block, error)
    }
  }

  /// Puts what is left of a block back, and keeps it.
  private mutating func hold(_ contents: consuming StressBlock.Contents, in block: StressBlock) {
    block.put(contents)
    held.append(block)
  }

  /// A block of its own for a part of another one.
  private mutating func hold(_ contents: consuming StressBlock.Contents, partOf block: StressBlock)
  {
    held.append(StressBlock(contents, cookie: block.cookie, owner: block.owner))
  }

  /// Splits a run, or makes a buffer of it.
  private mutating func workOn(_ page: consuming IOPage, of block: StressBlock) {
    if page.pageCount > 1, random.next() & 1 == 0 {
      let halves = page.split(at: 1 + random.index(page.pageCount - 1))
      hold(.page(halves.head), in: block)
      hold(.page(halves.tail), partOf: block)
    } else {
      hold(.buffer(PageBuffer(page)), in: block)
    }
  }

  private mutating func workOn(
    _ whole: consuming PageBuffer, of block: StressBlock
  ) throws(StressFault) {
    var buffer = whole
    switch random.index(6) {
    case 0: return try freeze(buffer, of: block)
    case 1:
      try thawPart(of: &buffer, of: block)
    case 2:
      do throws(AdoptionError) {
        let page = try buffer.takePages()
        return hold(.page(page), in: block)
      } catch {
        // It does not begin or end with a page, and is what it was.
      }
    case 3 where buffer.count > 1 && audit.ledger.hasRoomForParts:
      if let head = try cut(&buffer, at: 1 + random.index(buffer.count - 1), of: block) {
        hold(.buffer(head), partOf: block)
      }
    case 4 where buffer.count > 2 && audit.ledger.hasRoomForParts:
      try rejoin(&buffer, of: block)
    default: try narrow(&buffer, of: block)
    }
    if !buffer.isEmpty { hold(.buffer(buffer), in: block) }
  }

  /// Gives up some of the first or the last bytes.
  private mutating func narrow(
    _ buffer: inout PageBuffer, of block: StressBlock
  ) throws(StressFault) {
    let length = random.index(buffer.count + 1)
    let bytes = buffer.addresses
    let isFirst = random.next() & 1 == 0
    let rest =
      isFirst
      ? bytes.lowerBound + UInt(length)..<bytes.upperBound
      : bytes.lowerBound..<bytes.upperBound - UInt(length)
    let pageCount = try audit.giveUp(bytes, keeping: rest, of: block.owner)
    if isFirst { buffer.removeFirst(length) } else { buffer.removeLast(length) }
    audit.ledger.takeOff(pageCount)
  }

  /// Freezes a buffer, and has two to four slices of it, which others may get.
  private mutating func freeze(
    _ buffer: consuming PageBuffer, of block: StressBlock
  ) throws(StressFault) {
    let sliceCount = 2 + random.index(3)
    let lot = FrozenLot(pages: try audit.map.pages(buffer.addresses), sliceCount: sliceCount)
    let shared = buffer.freeze()
    for _ in 0..<sliceCount {
      let start = random.index(shared.count)
      let slice = shared[start..<start + 1 + random.index(shared.count - start)]
      hold(.slice(slice, lot), partOf: block)
    }
  }

  /// Freezes a buffer, drops all but a slice of it, and makes a buffer of that again.
  private mutating func thawPart(
    of buffer: inout PageBuffer, of block: StressBlock
  ) throws(StressFault) {
    let bytes = buffer.addresses
    let start = random.index(buffer.count)
    let end = start + 1 + random.index(buffer.count - start)
    let rest = bytes.lowerBound + UInt(start)..<bytes.lowerBound + UInt(end)
    let pageCount = try audit.giveUp(bytes, keeping: rest, of: block.owner)
    var frozen = PageBuffer()
    swap(&frozen, &buffer)
    var slice = frozen.freeze()[start..<end]
    do throws(AdoptionError) {
      buffer = try slice.thaw()
    } catch {
      throw StressFault(expected: "the only reference", found: "\(error)")
    }
    audit.ledger.takeOff(pageCount)
    guard buffer.addresses == rest else {
      throw StressFault(expected: "the bytes of the slice", found: "\(buffer.count) bytes")
    }
  }

  /// Keeps a part of a slice.
  private mutating func sliceAgain(
    _ slice: consuming SharedPageBuffer, _ lot: FrozenLot, of block: StressBlock
  ) {
    let start = random.index(slice.count)
    let part = slice[start..<start + 1 + random.index(slice.count - start)]
    hold(.slice(part, lot), in: block)
  }
}

extension StressWorker {
  /// Cuts the first bytes off, and not all; nil if their last page has too many parts already.
  private func cut(
    _ buffer: inout PageBuffer, at offset: Int, of block: StressBlock
  ) throws(StressFault) -> PageBuffer? {
    let seam = buffer.addresses.lowerBound + UInt(offset)
    if seam % UInt(IOPage.pageSize) != 0 {
      let page = try audit.map.pages(seam..<seam + 1).lowerBound
      guard try audit.map.addPart(to: page, of: block.owner) else { return nil }
      audit.ledger.addParts(1)
    }
    return buffer.takeFirst(offset)
  }

  /// Cuts a buffer into three parts and joins them, the last two first.
  private mutating func rejoin(
    _ buffer: inout PageBuffer, of block: StressBlock
  ) throws(StressFault) {
    let bytes = buffer.addresses
    let first = 1 + random.index(buffer.count - 2)
    let second = 1 + random.index(buffer.count - first - 1)
    guard var head = try cut(&buffer, at: first, of: block) else { return }
    if var middle = try cut(&buffer, at: second, of: block) {
      try join(&middle, &buffer, of: block)
      swap(&middle, &buffer)
    }
    try join(&head, &buffer, of: block)
    swap(&head, &buffer)
    guard buffer.addresses == bytes else {
      throw StressFault(expected: "\(bytes.count) bytes in one", found: "\(buffer.count)")
    }
  }

  /// Appends the second part to the first one, which it was cut from.
  private func join(
    _ first: inout PageBuffer, _ second: inout PageBuffer, of block: StressBlock
  ) throws(StressFault) {
    let seam = second.addresses.lowerBound
    guard first.join(&second) else {
      throw StressFault(expected: "parts that can be joined", found: "a refusal")
    }
    guard seam % UInt(IOPage.pageSize) != 0 else { return }
    try audit.map.strikeOut(audit.map.pages(seam..<seam + 1), of: block.owner)
    audit.ledger.takeOff(1)
  }
}

extension PageBuffer {
  /// The addresses of the bytes.
  fileprivate var addresses: Range<UInt> {
    // Only numbers.
    let start = unsafe UInt(bitPattern: baseAddress)
    return start..<start + UInt(count)
  }
}
