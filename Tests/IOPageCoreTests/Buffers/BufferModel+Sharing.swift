import IOPageCore
import MemoryTestSupport
import Testing

extension BufferModel {
  mutating func freeze() {
    guard let index = uniqueIndex() else { return }
    let subject = unique.remove(at: index)
    var buffer = PageBuffer()
    swap(&buffer, &subject.buffer)
    let range = subject.range
    shared.append(
      SharedSubject(
        buffer: buffer.freeze(), bytes: subject.bytes, start: subject.start,
        frozen: range.isEmpty ? nil : FrozenModel(range)))
    // The array alone refers to the bytes; the subject is empty.
    subject.bytes = []
  }

  /// A copy, a slice, or a beginning or an end that is taken off.
  mutating func slice() {
    guard let index = sharedIndex() else { return }
    let first = cut(of: shared[index].range)
    let bytes = shared[index].bytes
    switch random.number(below: 4) {
    case 0: shared.append(shared[index])
    case 1:
      let end = random.number(in: first...bytes.count)
      var slice = shared[index]
      slice.buffer = shared[index].buffer[first..<end]
      slice.bytes = Array(bytes[first..<end])
      slice.start += first
      shared.append(slice)
    case 2:
      var slice = shared[index]
      slice.buffer = shared[index].buffer.takeFirst(first)
      slice.bytes = Array(bytes[..<first])
      shared[index].bytes = Array(bytes[first...])
      shared[index].start += first
      shared.append(slice)
    default:
      var slice = shared[index]
      slice.buffer = shared[index].buffer.takeLast(bytes.count - first)
      slice.bytes = Array(bytes[first...])
      slice.start += first
      shared[index].bytes = Array(bytes[..<first])
      shared.append(slice)
    }
    countReferences()
  }

  /// Only the last reference thaws; it gets its own bytes, and the others' pages go back.
  mutating func thaw() {
    guard let index = sharedIndex() else { return }
    let isShared = (shared[index].frozen?.references ?? 1) > 1
    do throws(AdoptionError) {
      let buffer = try shared[index].buffer.thaw()
      #expect(!isShared)
      unique.append(UniqueSubject(buffer, bytes: shared[index].bytes))
      shared.remove(at: index)
    } catch {
      #expect(error == .shared && isShared)
      shared[index].check()
    }
    countReferences()
  }

  mutating func releaseRest() {
    guard let index = sharedIndex() else { return }
    let isShared = (shared[index].frozen?.references ?? 1) > 1
    do throws(AdoptionError) {
      try shared[index].buffer.releaseRest()
      #expect(!isShared)
      shared[index].frozen?.range = shared[index].range
    } catch {
      #expect(error == .shared && isShared)
    }
  }

  mutating func takePages() {
    guard let index = uniqueIndex() else { return }
    let subject = unique[index]
    let expected = refusal(start: subject.start, count: subject.bytes.count)
    do throws(AdoptionError) {
      let pages = try subject.buffer.takePages()
      #expect(expected == nil)
      let count = pages.byteCount
      #expect(count == subject.bytes.count)
      subject.buffer = PageBuffer(pages)
    } catch {
      #expect(error == expected)
    }
    check(subject)
  }

  mutating func takeSharedPages() {
    guard let index = sharedIndex() else { return }
    var expected = refusal(start: shared[index].start, count: shared[index].bytes.count)
    if expected == nil, (shared[index].frozen?.references ?? 1) > 1 { expected = .shared }
    do throws(AdoptionError) {
      let pages = try shared[index].buffer.takePages()
      #expect(expected == nil)
      unique.append(UniqueSubject(PageBuffer(pages), bytes: shared[index].bytes))
      shared.remove(at: index)
    } catch {
      #expect(error == expected)
      shared[index].check()
    }
    countReferences()
  }

  mutating func dropShared() {
    guard let index = sharedIndex() else { return }
    shared.remove(at: index)
    countReferences()
  }

  /// Why bytes at a place are no pages; an empty buffer may remember any place, which is not checked.
  private func refusal(start: Int, count: Int) -> AdoptionError? {
    if count == 0 { return nil }
    return start & 4095 != 0 ? .notPageAligned : count & 4095 != 0 ? .notWholePages : nil
  }

  /// Empty buffers refer to nothing; the others count.
  private mutating func countReferences() {
    for index in shared.indices where shared[index].bytes.isEmpty { shared[index].frozen = nil }
    for subject in shared { subject.frozen?.references = 0 }
    for subject in shared { subject.frozen?.references += 1 }
  }
}

extension SharedSubject {
  /// Checks the buffer against its array.
  func check(_ location: SourceLocation = #_sourceLocation) {
    let isEqual = buffer.isEqual(to: bytes.span)
    #expect(isEqual, sourceLocation: location)
  }

  var range: Range<Int> { start..<start + bytes.count }
}
