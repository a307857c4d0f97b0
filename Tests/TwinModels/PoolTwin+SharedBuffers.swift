// Shared buffers: what was frozen stays out as a whole, until the last reference goes or one that is
// alone gives the rest back.

import IOPageCore
import PagePools

extension PoolTwin {
  func freeze(_ place: Int) {
    let held = buffers.remove(at: place)
    let frozen = held.count == 0 ? nil : Frozen(held.place)
    shared.append(
      SharedBuffer(buffer: held.take().freeze(), place: held.place, frozen: frozen))
  }

  func changeShared(_ step: PoolStep) throws(Difference) {
    guard !shared.isEmpty else { return }
    let place = newest(step.first, of: shared.count)
    let cut = cut(shared[place].place, step)
    switch step.kind {
    case .slice: slice(place, cut, step)
    case .copyShared: append(shared[place])
    case .thaw: try thaw(place, step)
    case .releaseRest: try releaseRest(place)
    default:
      try check(shared[place])
      drop(shared.remove(at: place))
    }
  }

  private func append(_ buffer: SharedBuffer) {
    var buffer = buffer
    if buffer.place.bytes.isEmpty { buffer.frozen = nil }
    buffer.frozen?.references += 1
    shared.append(buffer)
  }

  /// A slice, or a beginning or an end that is taken off.
  private func slice(_ place: Int, _ cut: Int, _ step: PoolStep) {
    let count = shared[place].place.bytes.count
    var slice = shared[place]
    switch step.third >> 2 & 3 {
    case 0, 1:
      slice.buffer = shared[place].buffer[cut / 2..<cut]
      slice.place = slice.place.part(cut / 2..<cut)
      append(slice)
    case 2:
      slice.buffer = shared[place].buffer.takeFirst(cut)
      slice.place = slice.place.part(0..<cut)
      append(slice)
      keep(cut..<count, of: place)
    default:
      slice.buffer = shared[place].buffer.takeLast(count - cut)
      slice.place = slice.place.part(cut..<count)
      append(slice)
      keep(0..<cut, of: place)
    }
  }

  /// A shared buffer has only a part of its bytes any more; if none, it refers to nothing.
  private func keep(_ range: Range<Int>, of place: Int) {
    shared[place].place = shared[place].place.part(range)
    if range.isEmpty { unrefer(&shared[place]) }
  }

  private func unrefer(_ buffer: inout SharedBuffer) {
    guard let frozen = buffer.frozen else { return }
    buffer.frozen = nil
    frozen.references -= 1
    if frozen.references == 0 { frozen.place.release() }
  }

  func drop(_ buffer: SharedBuffer) {
    var buffer = buffer
    buffer.buffer = SharedPageBuffer()
    unrefer(&buffer)
  }

  func check(_ buffer: SharedBuffer) throws(Difference) {
    let isRight = unsafe buffer.buffer.withUnsafeBytes { bytes in
      unsafe isExpected(bytes, buffer.place.bytes, buffer.place.map)
    }
    try expect(isRight, "the shared bytes \(buffer.place.bytes) are not what was written")
  }

  private func isShared(_ place: Int) -> Bool { (shared[place].frozen?.references ?? 1) > 1 }

  /// Only the last reference thaws, as a buffer or as pages: what else was frozen goes back.
  private func thaw(_ place: Int, _ step: PoolStep) throws(Difference) {
    let bytes = shared[place].place
    let asPages = step.second & 1 == 1
    let refusal = asPages ? refusal(bytes) : nil
    let expected = refusal ?? (isShared(place) ? .shared : nil)
    let buffer: PageBuffer
    do throws(AdoptionError) {
      buffer =
        asPages
        ? PageBuffer(try shared[place].buffer.takePages()) : try shared[place].buffer.thaw()
    } catch {
      try expect(error == expected, "\(error) of a thaw")
      return try check(shared[place])
    }
    let held = HeldBuffer(buffer, bytes)
    bytes.retain()
    var gone = shared.remove(at: place)
    unrefer(&gone)
    buffers.append(held)
    if let expected { throw Difference("a thaw in spite of \(expected)") }
    try check(held)
  }

  private func releaseRest(_ place: Int) throws(Difference) {
    let isShared = isShared(place)
    do throws(AdoptionError) {
      try shared[place].buffer.releaseRest()
    } catch {
      return try expect(error == .shared && isShared, "\(error) of bytes that are not shared")
    }
    try expect(!isShared, "the rest of shared bytes went")
    guard let frozen = shared[place].frozen else { return }
    shared[place].place.retain()
    frozen.place.release()
    frozen.place = shared[place].place
  }
}
