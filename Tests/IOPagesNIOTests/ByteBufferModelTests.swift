// Random operations on buffers over pages, each beside the bytes that it must have. After each
// operation, the pages that are out are those that some buffer has.

#if NIO
  import IOPages
  import IOPagesNIO
  import MemoryTestSupport
  import NIOCore
  import Testing

  @Suite(.leavesNoPages) struct ByteBufferModelTests {
    @Test func randomOperationsAgreeWithAnArray() throws {
      var random = SplitMix64(seed: TestSeed.choose(for: "ByteBufferModelTests"))
      let pool = try PagePool(region: MemoryRegion(RegionOptions(byteCount: 256 << 12)))
      let client = try pool.limited(to: 64, reserving: 8)
      var model = Model(pool: pool, client: client)
      for step in 0..<10_000 {
        try model.perform(&random)
        // What one does must not change another: a look at all of them now and then.
        let isRight = model.arePagesRight && (step % 64 > 0 || model.areBytesRight)
        #expect(isRight, "step \(step)")
        guard isRight else { return }
      }
      model.buffers.removeAll()
      #expect(pool.statistics.allocatedPages == 0)
      #expect(client.allocatedPages == 0)
      try pool.checkInvariants()
    }

    private struct Model {
      let pool: PagePool
      let client: LimitedPool
      /// The region's first byte, and the one after its last.
      let bounds: ClosedRange<UInt>
      var buffers: [(buffer: ByteBuffer, bytes: [UInt8])] = []
      /// The pages that a storage began with.
      var pages: [UInt: Int] = [:]

      init(pool: PagePool, client: LimitedPool) {
        self.pool = pool
        self.client = client
        let base = unsafe UInt(bitPattern: pool.reference.base)
        bounds = base...base + 256 << 12
      }

      /// Whether the pages that are out are those that some buffer has.
      var arePagesRight: Bool {
        var expected: [UInt: Int] = [:]
        for (buffer, _) in buffers {
          // The addresses are only compared.
          let (start, storage) = unsafe buffer.withVeryUnsafeBytesWithStorageManagement {
            unsafe (UInt(bitPattern: $0.baseAddress), UInt(bitPattern: $1.toOpaque()))
          }
          if bounds.contains(start) { expected[storage] = pages[storage] }
        }
        return pool.statistics.allocatedPages == expected.values.reduce(0, +)
      }

      var areBytesRight: Bool {
        buffers.allSatisfy { buffer, bytes in buffer == ByteBuffer(bytes: bytes) }
      }

      mutating func perform(_ random: inout SplitMix64) throws {
        let limit = 24
        guard !buffers.isEmpty, !random.once(in: 6) else {
          if buffers.count == limit { buffers.remove(at: random.number(below: limit)) }
          return try make(&random)
        }
        let index = random.number(below: buffers.count)
        switch random.number(below: 9) {
        case 0: buffers.remove(at: index)
        case 1, 2:
          if buffers.count < limit { buffers.append(slice(of: index, &random)) }
        case 3:
          if buffers.count < limit { buffers.append(buffers[index]) }
        case 4:
          let count = random.number(below: random.once(in: 8) ? 9000 : 40)
          let value = UInt8(truncatingIfNeeded: random.next())
          buffers[index].buffer.writeRepeatingByte(value, count: count)
          buffers[index].bytes += Array(repeating: value, count: count)
        case 5: overwrite(index, &random)
        case 6:
          let count = random.number(in: 0...buffers[index].bytes.count)
          buffers[index].buffer.moveReaderIndex(forwardBy: count)
          buffers[index].bytes.removeFirst(count)
        case 7:
          if random.once(in: 2) {
            buffers[index].buffer.discardReadBytes()
          } else {
            let count = buffers[index].bytes.count
            buffers[index].buffer.shrinkBufferCapacity(to: random.number(in: count...count + 9000))
          }
        default:
          if random.once(in: 3) {
            buffers[index].buffer.clear()
            buffers[index].bytes = []
          } else {
            buffers[index].buffer.reserveCapacity(random.size(upTo: 20_000))
          }
        }
      }

      private mutating func make(_ random: inout SplitMix64) throws {
        let count = random.number(in: 1...4)
        let value = UInt8(truncatingIfNeeded: random.next())
        var page = try take(count, isClients: random.once(in: 3))
        page.fill(with: value)
        let end = random.once(in: 3) ? page.byteCount : random.number(in: 0...page.byteCount)
        let start = random.number(in: 0...end)
        let buffer = ByteBuffer(
          takingOwnershipOf: page, readerIndex: start, writerIndex: end)
        let storage = unsafe buffer.withVeryUnsafeBytesWithStorageManagement {
          unsafe UInt(bitPattern: $1.toOpaque())
        }
        pages[storage] = count
        buffers.append((buffer, Array(repeating: value, count: end - start)))
      }

      /// Pages of the client where it may have them, else of the pool.
      private func take(_ count: Int, isClients: Bool) throws -> IOPage {
        isClients && client.allocatedPages + count <= client.limit
          ? try client.allocate(pages: count) : try pool.allocate(pages: count)
      }

      private func slice(
        of index: Int, _ random: inout SplitMix64
      ) -> (buffer: ByteBuffer, bytes: [UInt8]) {
        let (buffer, bytes) = buffers[index]
        let start = random.number(in: 0...bytes.count)
        let end = random.number(in: start...bytes.count)
        let slice = buffer.getSlice(at: buffer.readerIndex + start, length: end - start)
        return (slice ?? ByteBuffer(), Array(bytes[start..<end]))
      }

      private mutating func overwrite(_ index: Int, _ random: inout SplitMix64) {
        guard !buffers[index].bytes.isEmpty else { return }
        let place = random.number(below: buffers[index].bytes.count)
        let value = UInt8(truncatingIfNeeded: random.next())
        let reader = buffers[index].buffer.readerIndex
        buffers[index].buffer.setInteger(value, at: reader + place)
        buffers[index].bytes[place] = value
      }
    }
  }
#endif
