import Glibc
import IORings
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct RingTests {
  @Test func opensEmpty() throws {
    let ring = try Ring(capacity: 5)
    #expect(ring.capacity == 5)
    #expect(ring.preparedCount == 0)
    #expect(ring.inFlightCount == 0)
    #expect(ring.hasFixedBuffers == false)
  }

  @Test func givesItsDescriptorBack() async {
    // In a process of its own: other tests open rings at the same time.
    await #expect(processExitsWith: .success) {
      do {
        let ring = try Ring(capacity: 1)
        precondition(openRingCount() == ring.capacity)
      }
      precondition(openRingCount() == 0)
    }
  }

  @Test func opensForTheLargestCapacity() throws {
    let ring = try Ring(capacity: Ring.largestCapacity)
    #expect(ring.capacity == Ring.largestCapacity)
  }

  @Test(.serialized, arguments: [0, -1, 32_769])
  func aCapacityOutOfRangeTraps(capacity: Int) async {
    await #expect(processExitsWith: .failure) { [capacity] in
      trapping {
        _ = try Ring(capacity: capacity)
      }
    }
  }

  @Test func waitsForTransfersInFlightBeforeItIsGone() throws {
    let file = try TemporaryFile()
    let byteCount = 1 << 20
    // Written by the kernel until the ring is gone, so it must live longer than the ring.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 4096)
    defer { unsafe buffer.deallocate() }
    unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
    let text = [UInt8](repeating: 0x5A, count: byteCount)
    _ = try file.descriptor.writeAll(toAbsoluteOffset: 0, text)
    do {
      var ring = try Ring(capacity: 1)
      try unsafe ring.prepareRead(from: file.descriptor, at: 0, into: buffer, tag: 0)
      try ring.submit()
      #expect(ring.inFlightCount == 1)
    }
    #expect(unsafe buffer.allSatisfy { $0 == 0x5A })
  }
}

/// How many of this process's descriptors are rings.
private func openRingCount() -> Int {
  (0..<256).count { descriptor in
    var target = [CChar](repeating: 0, count: 64)
    // The link is cut off at the array's length and never terminated by the call; the array is
    // longer than the name looked for, and zeroed.
    let length = unsafe readlink("/proc/self/fd/\(descriptor)", &target, target.count - 1)
    return length > 0
      && String(decoding: target.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
        .contains("io_uring")
  }
}
