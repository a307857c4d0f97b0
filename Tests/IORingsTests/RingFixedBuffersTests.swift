import IORings
import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct RingFixedBuffersTests {
  @Test func transfersThroughTheRegionAndHoldsItWhileOpen() throws {
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20, excludedFromForks: true))
    let file = try TemporaryFile()
    do {
      var ring = try Ring(capacity: 1)
      try ring.registerFixedBuffers(of: region)
      #expect(ring.hasFixedBuffers == true)
      #expect(region.registrationCount == 1)

      // The region is this test's own and lives longer than the ring.
      let bytes = unsafe UnsafeMutableRawBufferPointer(
        start: region.baseAddress, count: region.byteCount)
      unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0xA5)
      try unsafe ring.prepareWrite(
        to: file.descriptor, at: 0, from: UnsafeRawBufferPointer(bytes), tag: 0)
      #expect(try ring.waitForCompletion().result == .success(1 << 20))
      unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
      try unsafe ring.prepareRead(from: file.descriptor, at: 0, into: bytes, tag: 0)
      #expect(try ring.waitForCompletion().result == .success(1 << 20))
      #expect(unsafe bytes.allSatisfy { $0 == 0xA5 })
    }
    #expect(region.registrationCount == 0)
  }

  @Test func memoryOutsideTheRegionTravelsAsAnOrdinaryBuffer() throws {
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20, excludedFromForks: true))
    let file = try TemporaryFile()
    _ = try file.descriptor.writeAll(toAbsoluteOffset: 0, [1, 2, 3, 4])
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4, alignment: 4)
    defer { unsafe buffer.deallocate() }
    var ring = try Ring(capacity: 1)
    try ring.registerFixedBuffers(of: region)
    try unsafe ring.prepareRead(from: file.descriptor, at: 0, into: buffer, tag: 0)
    #expect(try ring.waitForCompletion().result == .success(4))
    #expect(unsafe buffer.elementsEqual([1, 2, 3, 4]))
  }

  @Test func aSecondRegionTraps() async {
    await #expect(processExitsWith: .failure) {
      trapping {
        let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20, excludedFromForks: true))
        var ring = try Ring(capacity: 1)
        try ring.registerFixedBuffers(of: region)
        try ring.registerFixedBuffers(of: region)
      }
    }
  }
}
