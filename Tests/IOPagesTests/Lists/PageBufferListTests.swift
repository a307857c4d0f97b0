import IOPages
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct PageBufferListTests {
  /// A list is what one array of bytes is.
  @Test func aListIsOneRunOfBytes() throws {
    let seed = TestSeed.choose(for: "aListIsOneRunOfBytes")
    var random = SplitMix64(seed: seed)
    let pool = PoolTestMemory.makePool(pages: 256)
    var list = PageBufferList<PageBuffer>()
    var model: [UInt8] = []
    for step in 0..<3000 {
      let bytes = (0..<random.number(in: 0...3000)).map { UInt8(truncatingIfNeeded: $0 &* step) }
      let length = random.number(in: 0...model.count)
      switch random.number(below: 8) {
      case 0 where model.count < 100_000:
        list.append(try PageBuffer(copying: bytes.span, from: pool))
        model += bytes
      case 1 where model.count < 100_000:
        list.prepend(try PageBuffer(copying: bytes.span, from: pool))
        model = bytes + model
      case 2 where random.once(in: 3):
        list.removeFirst(length)
        model.removeFirst(length)
      case 3 where random.once(in: 3):
        list.removeLast(length)
        model.removeLast(length)
      case 4:
        var head = list.takeFirst(length)
        #expect(head.count == length)
        #expect([UInt8](copying: head) == Array(model[..<length]))
        if random.once(in: 2) {
          // Put back behind the rest.
          model = Array(model[length...] + model[..<length])
          list.append(head)
        } else {
          while let last = list.popLast() { head.append(last) }
          model = [UInt8](copying: head)
          list = head
        }
      case 5 where bytes.count <= model.count:
        let offset = random.number(in: 0...model.count - bytes.count)
        list.copyBytes(from: bytes.span, at: offset)
        model.replaceSubrange(offset..<offset + bytes.count, with: bytes)
      case 6 where model.count >= 8:
        let offset = random.number(in: 0...model.count - 8)
        let big = model[offset..<offset + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let loaded = list.load(fromByteOffset: offset, as: UInt64.self, .bigEndian)
        let swapped = list.load(fromByteOffset: offset, as: UInt64.self, .littleEndian)
        #expect(loaded == big)
        #expect(swapped == big.byteSwapped)
      case 7:
        let element = random.once(in: 2) ? list.popFirst() : nil
        if let element { model.removeFirst(element.count) }
      default: break
      }
      #expect(list.count == model.count)
      #expect(list.isEmpty == model.isEmpty)
      for index in 0..<list.elementCount {
        let isEmpty = list[element: index].isEmpty
        #expect(!isEmpty)
      }
      if step % 10 == 0 { #expect([UInt8](copying: list) == model) }
    }
    list = PageBufferList()
    #expect(pool.statistics.allocatedPages == 0)
  }

  @Test func partsAreCopiedOut() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    var list = try list(of: [[1, 2, 3], [4], [5, 6, 7, 8]], from: pool)
    var copy = try PageBuffer(count: 5, from: pool)
    var target = copy.mutableBytes
    list.copyBytes(to: &target, from: 2)
    #expect([UInt8](copying: copy) == [3, 4, 5, 6, 7])
    let joined = try PageBuffer(copying: list, from: pool)
    #expect([UInt8](copying: joined) == [1, 2, 3, 4, 5, 6, 7, 8])
    list.append(PageBuffer())
    #expect(list.elementCount == 3)
  }

  @Test func sharedBuffersMakeListsToo() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    let shared = try PageBuffer(copying: [1, 2, 3, 4], from: pool).freeze()
    var list = PageBufferList(shared[2..<4])
    list.prepend(shared[0..<1])
    #expect([UInt8](copying: list) == [1, 3, 4])
    list.removeFirst(2)
    #expect([UInt8](copying: list) == [4])
    #expect(pool.statistics.allocatedPages == 1)
  }

  @Test func whatIsNotThereTraps() async {
    await #expect(processExitsWith: .trap) {
      let pool = PoolTestMemory.makePool(pages: 2)
      trapping {
        var list = PageBufferList(try PageBuffer(count: 4, from: pool))
        list.copyBytes(from: [1, 2, 3].span, at: 2)
      }
    }
    await #expect(processExitsWith: .trap) {
      let pool = PoolTestMemory.makePool(pages: 2)
      trapping {
        var list = PageBufferList(try PageBuffer(count: 4, from: pool))
        list.removeFirst(5)
      }
    }
  }

  /// Everything that takes a place or a length refuses one that is not there.
  @Test(arguments: 0..<8) func placesThatAreNotThereTrap(which: Int) async {
    await #expect(processExitsWith: .trap) { [which = which as Int] in
      trapping {
        let pool = PoolTestMemory.makePool(pages: 4)
        var list = PageBufferList(try PageBuffer(count: 4, from: pool))
        list.append(try PageBuffer(count: 4, from: pool))
        var target = try PageBuffer(count: 4, from: pool)
        var span = target.mutableBytes
        switch which {
        case 0: list.copyBytes(to: &span, from: 5)
        case 1: list.copyBytes(to: &span, from: -1)
        case 2: _ = list.load(fromByteOffset: 7, as: UInt16.self)
        case 3: _ = list.load(fromByteOffset: -1, as: UInt16.self)
        case 4: _ = list.takeFirst(9)
        case 5: list.removeLast(9)
        case 6: list.removeFirst(-1)
        default: _ = unsafe list.withIOVectors(limit: -1) { $0.count }
        }
      }
    }
  }

  private func list(
    of elements: [[UInt8]], from pool: PagePool
  ) throws -> PageBufferList<PageBuffer> {
    var list = PageBufferList<PageBuffer>()
    for bytes in elements { list.append(try PageBuffer(copying: bytes.span, from: pool)) }
    return list
  }
}
