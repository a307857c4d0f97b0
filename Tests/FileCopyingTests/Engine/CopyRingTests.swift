import MemoryRegions
import Testing

@testable import FileCopying

@Suite struct CopyRingTests {
  @Test func registersTheRegionAsLongAsTheRingIsOpen() throws {
    let memory = try CopyMemory(CopyOptions(), blockCount: 2)
    do {
      let opened = try memory.openRing(capacity: 2)
      #expect(opened.method == .ring)
      #expect(memory.region.registrationCount == 1)
    }
    #expect(memory.region.registrationCount == 0)
  }
}
