// Unique buffers: each owns the pages in which it has bytes, and shares the first and the last with
// those that were split off.

import IOPageCore
import PagePools

extension PoolTwin {
  func changeBuffers(_ step: PoolStep) throws(Difference) {
    switch step.kind {
    case .buffer: return try makeBuffer(step)
    case .bufferOfPage: return takeBufferOfPage(step)
    default: break
    }
    guard !buffers.isEmpty else { return }
    let place = newest(step.first, of: buffers.count)
    let held = buffers[place]
    let cut = cut(held.place, step)
    switch step.kind {
    case .takeFirst: split(held, at: cut) { buffer in buffer.takeFirst(cut) }
    case .takeLast: takeLast(held, cut)
    case .splitBuffer: splitWhole(held, cut)
    case .narrow: try narrow(held, cut, step)
    case .join: try join(place, step)
    case .writeBuffer: write(held, cut)
    case .freeze: freeze(place)
    case .takePages: try takePages(place)
    default:
      try check(held)
      buffers.remove(at: place)
      drop(held)
    }
  }

  /// A number of bytes of a buffer, often one that ends at a border of pages.
  func cut(_ place: Place, _ step: PoolStep) -> Int {
    let count = place.bytes.count
    guard count > 0 else { return 0 }
    let cut = (Int(step.second) << 8 | Int(step.third)) * 37 % (count + 1)
    guard step.third & 3 == 0 else { return cut }
    let border = (place.bytes.lowerBound + cut + 4095) & ~4095
    return min(border - place.bytes.lowerBound, count)
  }

  private func makeBuffer(_ step: PoolStep) throws(Difference) {
    let pool = index(step.third >> 4, below: pools.count)
    let count = (Int(step.first) << 8 | Int(step.second)) % 20_000
    let request = Request(
      shape: .run, count: IOPage.pageCount(covering: count),
      order: order(ofPages: IOPage.pageCount(covering: count)),
      contents: step.third & 1 == 0 ? .zeroed : .uninitialized, reclaim: .never, pool: pool,
      candidates: [pool], fallsBack: false)
    let buffer: PageBuffer
    do throws(OutOfMemory) {
      buffer = try PageBuffer(
        count: count, from: pools[pool], contents: request.contents, reclaim: .never)
    } catch {
      return try checkFailure(error, of: request)
    }
    let first = buffer.regionOffset
    let place = Place(pool: pool, map: maps[pool], bytes: first..<first + count)
    let held = HeldBuffer(buffer, place)
    try expect(held.buffer.count == count, "a buffer of \(held.buffer.count) bytes")
    try expect(place.map.isFree(place.frames), "pages \(place.frames) were out")
    if request.contents == .zeroed {
      let holdsZeroes = unsafe held.buffer.withUnsafeBytes { bytes in unsafe isZero(bytes) }
      try expect(holdsZeroes, "a buffer is not zero")
    }
    place.map.grant(place.frames, to: nil)
    buffers.append(held)
    write(held, 0)
  }

  func order(ofPages count: Int) -> Int {
    var order = 0
    while 1 << order < count { order += 1 }
    return order
  }

  private func takeBufferOfPage(_ step: PoolStep) {
    guard !pages.isEmpty else { return }
    let held = pages.remove(at: newest(step.first, of: pages.count))
    guard let page = held.page.take() else { return }
    buffers.append(
      HeldBuffer(PageBuffer(page), Place(pool: held.pool, map: held.map, bytes: held.bytes)))
  }

  func drop(_ held: HeldBuffer) {
    held.buffer = PageBuffer()
    held.place.release()
  }

  /// What lies before a cut becomes a buffer of its own.
  private func split(
    _ held: HeldBuffer, at cut: Int, _ take: (inout PageBuffer) -> PageBuffer
  ) {
    let head = HeldBuffer(take(&held.buffer), held.place.part(0..<cut))
    let rest = held.place.part(cut..<held.count)
    replace(held, by: rest, and: head)
  }

  private func takeLast(_ held: HeldBuffer, _ cut: Int) {
    let tail = held.place.part(cut..<held.count)
    let taken = HeldBuffer(held.buffer.takeLast(tail.bytes.count), tail)
    replace(held, by: held.place.part(0..<cut), and: taken)
  }

  private func splitWhole(_ held: HeldBuffer, _ cut: Int) {
    let tail = held.place.part(cut..<held.count)
    let halves = held.take().split(at: cut)
    held.buffer = halves.head
    replace(held, by: held.place.part(0..<cut), and: HeldBuffer(halves.tail, tail))
  }

  /// A buffer has become two: pages that both have bytes in have one owner more.
  private func replace(_ held: HeldBuffer, by place: Place, and other: HeldBuffer) {
    place.retain()
    other.place.retain()
    held.place.release()
    held.place = place
    buffers.append(other)
  }

  private func narrow(_ held: HeldBuffer, _ cut: Int, _ step: PoolStep) throws(Difference) {
    let kept: Range<Int>
    switch step.third >> 2 & 3 {
    case 0:
      held.buffer.removeFirst(cut)
      kept = cut..<held.count
    case 1:
      held.buffer.removeLast(held.count - cut)
      kept = 0..<cut
    default:
      kept = cut / 2..<cut
      held.buffer = held.take().extracting(kept)
    }
    let place = held.place.part(kept)
    place.retain()
    held.place.release()
    held.place = place
    try check(held)
  }

  /// Neighbours are joined; others refuse, and stay what they are.
  private func join(_ place: Int, _ step: PoolStep) throws(Difference) {
    let held = buffers[place]
    let neighbour = buffers.firstIndex {
      $0 !== held && $0.place.pool == held.place.pool && $0.count > 0
        && $0.place.bytes.lowerBound == held.place.bytes.upperBound
    }
    let other = step.second & 7 == 0 ? nil : neighbour
    let next = buffers[other ?? newest(step.second, of: buffers.count)]
    guard next !== held else { return }
    let areNeighbours =
      held.count == 0 || next.count == 0
      || held.place.pool == next.place.pool
        && held.place.bytes.upperBound == next.place.bytes.lowerBound
        && held.place.client === next.place.client
    let isJoined = held.buffer.join(&next.buffer)
    try expect(isJoined == areNeighbours, "a join of \(held.place.bytes), \(next.place.bytes)")
    guard isJoined else { return }
    let whole: Place
    if held.count == 0 {
      whole = next.place
    } else if next.count == 0 {
      whole = held.place
    } else {
      whole = Place(
        pool: held.place.pool, map: held.place.map,
        bytes: held.place.bytes.lowerBound..<next.place.bytes.upperBound)
    }
    whole.retain()
    held.place.release()
    next.place.release()
    held.place = whole
    next.place = whole.part(0..<0)
    try check(held)
    try check(next)
  }

  /// Writes from an offset to the end.
  func write(_ held: HeldBuffer, _ offset: Int) {
    let range = held.place.part(offset..<held.count).bytes
    let expected = unsafe held.place.map.expected(range)
    unsafe writeCookies(expected)
    guard !range.isEmpty else { return }
    // The twin's copy of these bytes, which nothing changes meanwhile.
    unsafe held.buffer.copyBytes(
      from: RawSpan(_unsafeBytes: UnsafeRawBufferPointer(expected)), at: offset)
  }

  func check(_ held: HeldBuffer) throws(Difference) {
    let count = held.buffer.count
    try expect(count == held.count, "a buffer has \(count) bytes, not \(held.count)")
    if count > 0 {
      let offset = held.buffer.regionOffset
      try expect(offset == held.place.bytes.lowerBound, "a buffer lies at \(offset)")
    }
    let isRight = unsafe held.buffer.withUnsafeBytes { bytes in
      unsafe isExpected(bytes, held.place.bytes, held.place.map)
    }
    try expect(isRight, "the buffer \(held.place.bytes) does not hold what was written")
  }

  /// Pages of bytes that are whole ones; others are refused.
  private func takePages(_ place: Int) throws(Difference) {
    let held = buffers[place]
    let expected = refusal(held.place)
    let page: IOPage
    do throws(AdoptionError) {
      page = try held.buffer.takePages()
    } catch {
      try expect(error == expected, "\(error) of \(held.place.bytes)")
      return try check(held)
    }
    if let expected { throw Difference("pages were taken in spite of \(expected)") }
    buffers.remove(at: place)
    guard held.count > 0 else { return }
    pages.append(HeldPage(page, pool: held.place.pool, map: held.place.map))
  }

  /// Why bytes are no pages.
  func refusal(_ place: Place) -> AdoptionError? {
    guard !place.bytes.isEmpty else { return nil }
    return place.bytes.lowerBound & 4095 != 0
      ? .notPageAligned : place.bytes.count & 4095 != 0 ? .notWholePages : nil
  }
}
