// A list of buffers, which counts as one run of bytes.

import IOPageCore
import IOPages
import PagePools

extension PoolTwin {
  private var listCount: Int { list.places.reduce(0) { $0 + $1.bytes.count } }

  func changeList(_ step: PoolStep) throws(Difference) {
    let count = listCount
    let cut = (Int(step.second) << 8 | Int(step.third)) % (count + 1)
    switch step.kind {
    case .append, .prepend:
      guard !buffers.isEmpty, list.places.count < 16 else { return }
      add(buffers.remove(at: newest(step.first, of: buffers.count)), atEnd: step.kind == .append)
    case .removeFirst:
      list.list.removeFirst(cut)
      for place in cutOff(first: cut) { place.release() }
    case .removeLast:
      list.list.removeLast(cut)
      cutOff(last: cut)
    case .takeFirstOfList:
      var head = list.list.takeFirst(cut)
      for place in cutOff(first: cut) {
        guard let buffer = head.popFirst() else { throw Difference("a list lost a buffer") }
        buffers.append(HeldBuffer(buffer, place))
      }
      try expect(head.isEmpty, "a list has \(head.elementCount) buffers too many")
    case .pop: try pop(atEnd: step.first & 1 == 0)
    default: try checkList()
    }
    let actual = list.list.count
    try expect(actual == listCount, "a list has \(actual) bytes, not \(listCount)")
    let elements = list.list.elementCount
    try expect(elements == list.places.count, "a list has \(elements) buffers")
  }

  private func add(_ held: HeldBuffer, atEnd: Bool) {
    if atEnd {
      list.list.append(held.take())
      if held.count > 0 { list.places.append(held.place) }
    } else {
      list.list.prepend(held.take())
      if held.count > 0 { list.places.insert(held.place, at: 0) }
    }
  }

  private func pop(atEnd: Bool) throws(Difference) {
    guard let buffer = atEnd ? list.list.popLast() : list.list.popFirst() else {
      return try expect(list.places.isEmpty, "a list has lost all buffers")
    }
    guard !list.places.isEmpty else { throw Difference("a list has a buffer too many") }
    let held = HeldBuffer(buffer, list.places.remove(at: atEnd ? list.places.count - 1 : 0))
    buffers.append(held)
    try check(held)
  }

  /// Takes the places of the first bytes out. Each has owners of its own now.
  private func cutOff(first count: Int) -> [Place] {
    var rest = count
    var taken: [Place] = []
    while rest > 0 {
      let place = list.places.removeFirst()
      let length = min(rest, place.bytes.count)
      rest -= length
      let parts = [place.part(0..<length), place.part(length..<place.bytes.count)]
      for part in parts { part.retain() }
      place.release()
      taken.append(parts[0])
      if !parts[1].bytes.isEmpty { list.places.insert(parts[1], at: 0) }
    }
    return taken
  }

  private func cutOff(last count: Int) {
    var rest = count
    while rest > 0 {
      let place = list.places.removeLast()
      let length = min(rest, place.bytes.count)
      rest -= length
      let kept = place.part(0..<place.bytes.count - length)
      kept.retain()
      place.release()
      if !kept.bytes.isEmpty { list.places.append(kept) }
    }
  }

  /// All bytes of the list, as one array.
  func checkList() throws(Difference) {
    let count = listCount
    var copy = [UInt8](repeating: 0, count: count)
    var bytes = copy.mutableSpan
    // Bytes have no representation but themselves.
    var raw = unsafe bytes.mutableBytes
    list.list.copyBytes(to: &raw)
    var start = 0
    for place in list.places {
      let length = place.bytes.count
      let isRight = unsafe copy.withUnsafeBytes { bytes in
        unsafe isExpected(
          UnsafeRawBufferPointer(rebasing: bytes[start..<start + length]), place.bytes, place.map)
      }
      try expect(isRight, "the bytes \(place.bytes) of a list are not what was written")
      start += length
    }
  }

  func dropList() {
    list.list = PageBufferList()
    for place in list.places { place.release() }
    list.places = []
  }
}
