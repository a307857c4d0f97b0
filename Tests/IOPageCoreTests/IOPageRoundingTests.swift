import IOPageCore
import MemoryTestSupport
import Testing

@Suite struct IOPageRoundingTests {
  @Test(arguments: [
    (0, 0), (1, 1), (4095, 1), (4096, 1), (4097, 2), (1 << 40, 1 << 28), (.max, 1 << 51),
  ])
  func pagesThatCoverBytes(bytes: Int, pages: Int) {
    #expect(IOPage.pageCount(covering: bytes) == pages)
  }

  @Test(arguments: [
    (0, 0), (1, 4096), (4096, 4096), (4097, 8192), (Int.max - 4095, Int.max - 4095),
  ])
  func bytesAreRoundedUp(bytes: Int, rounded: Int) {
    #expect(IOPage.roundedUpToPageSize(bytes) == rounded)
  }

  @Test func whatDoesNotFitTraps() async {
    await #expect(processExitsWith: .trap) { _ = IOPage.roundedUpToPageSize(.max) }
    await #expect(processExitsWith: .trap) { _ = IOPage.roundedUpToPageSize(-1) }
    await #expect(processExitsWith: .trap) { _ = IOPage.pageCount(covering: .min) }
  }
}
