// The unsafe door: pages out as addresses, whole and in parts, and what must be refused.

import IOPageCore
import MemoryTestSupport
import PagePools

extension PoolTwin {
  func passAddresses(_ step: PoolStep) throws(Difference) {
    switch step.kind {
    case .release:
      guard !pages.isEmpty else { return }
      release(pages.remove(at: newest(step.first, of: pages.count)))
    case .adopt:
      guard !released.isEmpty else { return }
      try adopt(newest(step.first, of: released.count), step)
    case .adoptWrongly: try adoptWrongly(step)
    default:
      guard !released.isEmpty else { return }
      let run = released.remove(at: newest(step.first, of: released.count))
      try check(run)
      free(run)
    }
  }

  private func release(_ held: HeldPage) {
    guard let page = held.page.take() else { return }
    let bytes = unsafe page.release()
    unsafe released.append(ReleasedPages(bytes: bytes, pool: held.pool, frames: held.frames))
    // They stay on a client's account, but come back to the pool.
    held.map.disown(held.frames)
  }

  func check(_ run: ReleasedPages) throws(Difference) {
    let bytes = run.frames.lowerBound << 12..<run.frames.upperBound << 12
    // The twin's client has the pages.
    let isRight = unsafe isExpected(UnsafeRawBufferPointer(run.bytes), bytes, maps[run.pool])
    try expect(isRight, "released pages \(run.frames) do not hold what was written")
  }

  func free(_ run: ReleasedPages) {
    // A part that is given back alone is a block of its own only where a block began.
    unsafe pools[run.pool].free(partOfReleased: run.bytes)
    maps[run.pool].release(run.frames)
  }

  /// Takes all of a run back, or some of its pages.
  private func adopt(_ place: Int, _ step: PoolStep) throws(Difference) {
    let run = released.remove(at: place)
    let count = run.frames.count
    let first = index(step.second, below: count)
    let length = 1 + index(step.third, below: count - first)
    for part in [0..<first, first + length..<count] where !part.isEmpty {
      released.append(rest(run, part))
    }
    let part = rest(run, first..<first + length)
    do throws(AdoptionError) {
      let page = try unsafe IOPage(adopting: part.bytes, from: pools[part.pool])
      pages.append(HeldPage(page, pool: part.pool, map: maps[part.pool]))
    } catch {
      throw Difference("released pages \(part.frames) are refused: \(error)")
    }
  }

  /// Some pages of a run.
  private func rest(_ run: ReleasedPages, _ pages: Range<Int>) -> ReleasedPages {
    // A part of what the run has.
    unsafe ReleasedPages(
      bytes: UnsafeMutableRawBufferPointer(
        rebasing: run.bytes[pages.lowerBound << 12..<pages.upperBound << 12]),
      pool: run.pool,
      frames: run.frames.lowerBound + pages.lowerBound..<run.frames.lowerBound + pages.upperBound)
  }

  /// Addresses that nobody released: each must be refused, and change nothing.
  private func adoptWrongly(_ step: PoolStep) throws(Difference) {
    let pool = index(step.third, below: pools.count)
    let map = maps[pool]
    let frame = index(step.first, below: map.pageCount + 4) - 2
    let (offset, count) = (step.second & 1 == 0 ? 0 : 64, Int(step.second) % 5 + 1)
    let length = step.second & 2 == 0 ? count << 12 : count << 12 + 8
    let isReleased = released.contains {
      $0.pool == pool && $0.frames.overlaps(frame..<frame + count)
    }
    guard !isReleased else { return }
    // An address only: it is compared, never read.
    let start = unsafe pools[pool].reference.base + frame << 12 + offset
    let bytes = unsafe UnsafeMutableRawBufferPointer(start: start, count: length)
    let expected: AdoptionError =
      offset != 0 ? .notPageAligned : length & 4095 != 0 ? .notWholePages : .notReleasedFromPool
    do throws(AdoptionError) {
      _ = try unsafe IOPage(adopting: bytes, from: pools[pool])
    } catch {
      return try expect(error == expected, "\(error), not \(expected)")
    }
    throw Difference("page \(frame) was adopted, and nobody had released it")
  }
}
