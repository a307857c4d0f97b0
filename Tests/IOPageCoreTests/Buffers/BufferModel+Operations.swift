import IOPageCore
import MemoryTestSupport
import Testing

extension BufferModel {
  /// Does one random thing to the buffers and to the model.
  mutating func step() {
    switch random.number(below: 100) {
    case 0..<12: allocate()
    case 12..<30: split()
    case 30..<40: narrow()
    case 40..<55: join()
    case 55..<65: write()
    case 65..<70: freeze()
    case 70..<78: slice()
    case 78..<82: thaw()
    case 82..<85: releaseRest()
    case 85..<88: takePages()
    case 88..<91: takeSharedPages()
    case 91..<96: dropUnique()
    default: dropShared()
    }
  }

  mutating func allocate() {
    let count = random.size(upTo: 4 * 4096)
    let source = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    do throws(OutOfMemory) {
      switch random.number(below: 4) {
      case 0:
        let buffer = try PageBuffer(count: count, from: pool)
        unique.append(UniqueSubject(buffer, bytes: [UInt8](repeating: 0, count: count)))
      case 1:
        let written = random.number(in: 0...count)
        let buffer = try PageBuffer(capacity: count, from: pool) { output in
          for byte in source[..<written] { output.append(byte) }
        }
        unique.append(UniqueSubject(buffer, bytes: Array(source[..<written])))
      case 2:
        let pages = IOPage.pageCount(covering: count)
        let buffer = PageBuffer(try pool.allocate(pages: pages))
        unique.append(UniqueSubject(buffer, bytes: [UInt8](repeating: 0, count: pages * 4096)))
      default:
        let buffer = try PageBuffer(copying: source.span, from: pool)
        unique.append(UniqueSubject(buffer, bytes: source))
      }
    } catch {
      dropUnique()
      dropShared()
    }
  }

  /// One becomes two: halves, or a beginning or an end that is taken off.
  mutating func split() {
    guard let index = uniqueIndex() else { return }
    let subject = unique[index]
    let cut = cut(of: subject.range)
    let head = Array(subject.bytes[..<cut])
    let tail = Array(subject.bytes[cut...])
    switch random.number(below: 3) {
    case 0:
      var whole = PageBuffer()
      swap(&whole, &subject.buffer)
      let halves = whole.split(at: cut)
      unique[index] = UniqueSubject(halves.head, bytes: head)
      unique.append(UniqueSubject(halves.tail, bytes: tail))
    case 1:
      unique.append(UniqueSubject(subject.buffer.takeFirst(cut), bytes: head))
      subject.bytes = tail
      subject.start = subject.buffer.regionOffset
    default:
      unique.append(UniqueSubject(subject.buffer.takeLast(tail.count), bytes: tail))
      subject.bytes = head
      subject.start = subject.buffer.regionOffset
    }
  }

  mutating func narrow() {
    guard let index = uniqueIndex() else { return }
    let subject = unique[index]
    let cut = cut(of: subject.range)
    switch random.number(below: 3) {
    case 0:
      subject.buffer.removeFirst(cut)
      subject.bytes.removeFirst(cut)
    case 1:
      subject.buffer.removeLast(subject.bytes.count - cut)
      subject.bytes.removeLast(subject.bytes.count - cut)
    default:
      let first = random.number(in: 0...cut)
      var whole = PageBuffer()
      swap(&whole, &subject.buffer)
      subject.buffer = whole.extracting(first..<cut)
      subject.bytes = Array(subject.bytes[first..<cut])
    }
    subject.start = subject.buffer.regionOffset
  }

  /// Neighbours are joined; others refuse and stay what they are.
  mutating func join() {
    guard let index = uniqueIndex() else { return }
    let subject = unique[index]
    let neighbour = unique.firstIndex { $0.start == subject.range.upperBound && $0 !== subject }
    let other =
      neighbour.flatMap { random.once(in: 8) ? nil : $0 } ?? random.number(below: unique.count)
    let next = unique[other]
    guard next !== subject else { return }
    let areNeighbours =
      subject.bytes.isEmpty || next.bytes.isEmpty || next.start == subject.range.upperBound
    let isJoined = subject.buffer.join(&next.buffer)
    #expect(isJoined == areNeighbours)
    if isJoined {
      subject.bytes += next.bytes
      subject.start = subject.buffer.regionOffset
      next.bytes = []
      next.start = 0
    }
    check(subject)
    check(next)
  }

  mutating func write() {
    guard let index = uniqueIndex() else { return }
    let subject = unique[index]
    let offset = random.number(in: 0...subject.bytes.count)
    let count = random.number(in: 0...subject.bytes.count - offset)
    let byte = UInt8(truncatingIfNeeded: random.next())
    switch random.number(below: 4) {
    case 0:
      subject.buffer.fill(offset..<offset + count, with: byte)
      for place in offset..<offset + count { subject.bytes[place] = byte }
    case 1:
      let source = (0..<count).map { UInt8(truncatingIfNeeded: $0) ^ byte }
      subject.buffer.copyBytes(from: source, at: offset)
      subject.bytes.replaceSubrange(offset..<offset + count, with: source)
    case 2 where count >= 4:
      let value = UInt32(truncatingIfNeeded: random.next())
      subject.buffer.storeBytes(of: value, toByteOffset: offset, as: UInt32.self, .bigEndian)
      for place in 0..<4 {
        subject.bytes[offset + place] = UInt8(truncatingIfNeeded: value >> (24 - 8 * place))
      }
      let loaded = subject.buffer.load(fromByteOffset: offset, as: UInt32.self, .bigEndian)
      #expect(loaded == value)
    case 3 where count > 0:
      subject.buffer[offset] = byte
      subject.bytes[offset] = byte
    default: break
    }
  }

  mutating func dropUnique() {
    guard let index = uniqueIndex() else { return }
    unique.remove(at: index)
  }
}
