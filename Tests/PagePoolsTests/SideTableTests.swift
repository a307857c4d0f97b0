import MemoryTestSupport
import Testing

@testable import PagePools

@Suite struct SideTableTests {
  @Test(arguments: [64 << 20, 1 << 30, 64 << 30, 1 << 40, (1 << 40) + 4096])
  func allTablesTogetherAreAtMostOneInTwoThousand(byteCount: Int) {
    let pages = byteCount >> 12
    let tables = PagePool.sideTableByteCount(
      pageCount: pages, largestOrder: min(18, BlockOrder.fitting(frameCount: pages)))
    #expect(tables * 2000 <= byteCount)
  }

  @Test(arguments: [1, 2, 63, 64, 65, 5000, 1 << 20])
  func tablesDoNotOverlap(pages: Int) {
    let layout = SideTableLayout(frameCount: pages, largestOrder: 5)
    let bitmap = FrameBitmap.wordCount(frameCount: pages) * 8
    #expect(layout.dirty >= SideTableLayout.headerByteCount)
    #expect(layout.raw >= layout.dirty + bitmap)
    #expect(layout.heads >= layout.raw + bitmap)
    #expect(layout.absent >= layout.heads + bitmap)
    #expect(layout.parts >= layout.absent + bitmap)
    #expect(layout.depots[0] >= layout.parts + PartCounts.byteCount(frameCount: pages))
    #expect(layout.buddy > layout.depots[2])
    #expect(layout.byteCount > layout.buddy)
    for offset in [
      layout.dirty, layout.raw, layout.heads, layout.absent, layout.parts, layout.buddy,
    ] {
      #expect(offset % 64 == 0)
    }
  }

  @Test func theHeaderSaysWhatTheBlockIs() {
    let layout = SideTableLayout(frameCount: 100, largestOrder: 6)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: layout.byteCount, alignment: 64)
    defer { unsafe memory.deallocate() }
    unsafe layout.writeHeader(to: memory, frameCount: 100, largestOrder: 6)
    let words = (0..<5).map { unsafe memory.load(fromByteOffset: $0 * 8, as: UInt64.self) }
    #expect(
      words == [
        SideTableLayout.magicNumber, SideTableLayout.version, 100, 6, UInt64(layout.byteCount),
      ])
  }
}

@Suite struct StatisticsBlockTests {
  @Test func countersAreSummedOverProcessors() {
    let bytes = StatisticsBlock.byteCount(processorCount: 3)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 128)
    defer { unsafe memory.deallocate() }
    unsafe memory.initializeMemory(as: UInt64.self, repeating: 0, count: bytes / 8)
    let block = unsafe StatisticsBlock(memory, processorCount: 3)
    onThreads(4) { _ in
      for _ in 0..<10_000 {
        block.add(1, to: .allocations)
        block.add(5, to: .clearedPages)
        block.add(3, to: .frees)
      }
    }
    #expect(block.total(.allocations) == 40_000)
    #expect(block.total(.clearedPages) == 200_000)
    #expect(block.total(.frees) == 120_000)
    #expect(block.total(.knownZeroPages) == 0)
    #expect(unsafe memory.load(as: UInt64.self) == StatisticsBlock.magicNumber)
    #expect(unsafe memory.load(fromByteOffset: 16, as: UInt64.self) == 3)
  }
}
