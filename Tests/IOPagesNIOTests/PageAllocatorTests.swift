#if NIO
  import IOPages
  import IOPagesNIO
  import MemoryTestSupport
  import NIOCore
  import Testing

  /// What becomes of a byte buffer that leaves its pages.
  @Suite(.leavesNoPages) struct PageAllocatorTests {
    private let fixture: BufferFixture
    private var pagesOut: Int { fixture.pagesOut }

    init() throws { fixture = try BufferFixture() }

    @Test func aSharedBufferIsCopiedWhenItIsWritten() throws {
      do {
        let (original, address) = try fixture.pages(1)
        var copy = original
        copy.setInteger(UInt8(99), at: 0)
        #expect(copy.address != address)
        #expect(copy.getInteger(at: 0, as: UInt8.self) == 99)
        #expect(copy.getInteger(at: 1, as: UInt8.self) == 1)
        #expect(original.address == address)
        #expect(original.getInteger(at: 0, as: UInt8.self) == 0)
        // The copy is the heap's.
        #expect(pagesOut == 1)
      }
      #expect(pagesOut == 0)
    }

    @Test func thePagesGoWhenAllHaveLeftThem() throws {
      var (buffer, address) = try fixture.pages(1)
      var slice = buffer.getSlice(at: 8, length: 8) ?? ByteBuffer()
      buffer.writeInteger(UInt8(1))
      #expect(buffer.address != address)
      #expect(slice.address == address + 8)
      #expect(pagesOut == 1)
      // The slice has them alone now, and outgrows them.
      slice.writeRepeatingByte(7, count: 5000)
      #expect(pagesOut == 0)
      #expect(slice.getBytes(at: 0, length: 10) == [8, 9, 10, 11, 12, 13, 14, 15, 7, 7])
      #expect(buffer.readableBytes == 4097)
    }

    @Test func aBufferThatOutgrowsItsPagesGoesOnInTheHeap() throws {
      var (buffer, address) = try fixture.pages(2)
      let before = buffer
      #expect(before.address == address)
      do {
        var alone = try fixture.pages(1).0
        #expect(pagesOut == 3)
        alone.writeInteger(UInt64(5))
        #expect(pagesOut == 2)
        #expect(alone.readableBytes == 4096 + 8)
        #expect(alone.getInteger(at: 255, as: UInt8.self) == 255)
        #expect(alone.getInteger(at: 4096, as: UInt64.self) == 5)
        // And once more, from heap to heap.
        alone.writeRepeatingByte(3, count: 100_000)
        #expect(alone.getInteger(at: 4095, as: UInt8.self) == 255)
        #expect(alone.getInteger(at: 104_103, as: UInt8.self) == 3)
      }
      buffer.reserveCapacity(1 << 16)
      #expect(buffer.address != address)
      #expect(buffer == before)
      #expect(pagesOut == 2)
    }

    @Test func aBufferThatShrinksLeavesItsPages() throws {
      var (buffer, _) = try fixture.pages(4)
      buffer.moveReaderIndex(to: 16000)
      let hasShrunk = buffer.shrinkBufferCapacity(to: 512)
      #expect(hasShrunk)
      #expect(pagesOut == 0)
      #expect(buffer.readableBytes == 384)
      #expect(buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) == 0x80)
    }
  }
#endif
