import IORings
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct RingTransfersTests {
  @Test func writesAndReadsBackAtOffsets() throws {
    let file = try TemporaryFile()
    let source = UnsafeMutableRawBufferPointer.allocate(byteCount: 8192, alignment: 4096)
    let destination = UnsafeMutableRawBufferPointer.allocate(byteCount: 8192, alignment: 4096)
    // Declared before the ring, so that they outlive whatever it has in flight.
    defer {
      unsafe source.deallocate()
      unsafe destination.deallocate()
    }
    for index in 0..<8192 { unsafe source[index] = UInt8(truncatingIfNeeded: index &* 31) }
    unsafe destination.initializeMemory(as: UInt8.self, repeating: 0)

    var ring = try Ring(capacity: 2)
    for (offset, half) in [(0, 0..<4096), (1 << 33, 4096..<8192)] {
      try unsafe ring.prepareWrite(
        to: file.descriptor, at: Int64(offset),
        from: UnsafeRawBufferPointer(rebasing: source[half]), tag: UInt64(half.lowerBound))
    }
    #expect(ring.preparedCount == 2)
    #expect(Set([try completed(&ring), try completed(&ring)]) == [0, 4096])

    for (offset, half) in [(0, 0..<4096), (1 << 33, 4096..<8192)] {
      try unsafe ring.prepareRead(
        from: file.descriptor, at: Int64(offset),
        into: UnsafeMutableRawBufferPointer(rebasing: destination[half]), tag: 7)
    }
    #expect([try completed(&ring), try completed(&ring)] == [7, 7])
    #expect(unsafe source.elementsEqual(destination))
  }

  @Test func refusesMoreThanItsCapacity() throws {
    let file = try TemporaryFile()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 4096)
    defer { unsafe buffer.deallocate() }
    // Three is rounded up to four by the kernel; the capacity is three all the same.
    var ring = try Ring(capacity: 3)
    for tag in 0..<3 {
      try unsafe ring.prepareRead(from: file.descriptor, at: 0, into: buffer, tag: UInt64(tag))
    }
    #expect(throws: RingError.self) {
      try unsafe ring.prepareRead(from: file.descriptor, at: 0, into: buffer, tag: 3)
    }
    try ring.submit()
    #expect(ring.preparedCount == 0)
    #expect(ring.inFlightCount == 3)
    #expect(throws: RingError.self, "in flight counts as much as prepared does") {
      try unsafe ring.prepareRead(from: file.descriptor, at: 0, into: buffer, tag: 3)
    }
    for _ in 0..<3 { _ = try ring.waitForCompletion() }
    #expect(ring.inFlightCount == 0)
  }

  @Test func asksForNoMoreThanTheKernelTransfersAtATime() throws {
    let file = try TemporaryFile()
    _ = try file.descriptor.writeAll(toAbsoluteOffset: 0, [1, 2, 3, 4])
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 4096)
    defer { unsafe memory.deallocate() }
    var ring = try Ring(capacity: 1)
    // More bytes than a transfer's length has bits for. The file has four, so only those are written.
    let buffer = unsafe UnsafeMutableRawBufferPointer(start: memory.baseAddress, count: 5 << 32)
    try unsafe ring.prepareRead(from: file.descriptor, at: 0, into: buffer, tag: 0)
    #expect(try ring.waitForCompletion().result == .success(4))
  }

  @Test func submittingNothingDoesNothing() throws {
    var ring = try Ring(capacity: 1)
    try ring.submit()
    #expect(ring.inFlightCount == 0)
  }

  @Test func waitingForNothingTraps() async {
    await #expect(processExitsWith: .failure) {
      trapping {
        var ring = try Ring(capacity: 1)
        try ring.submitAndWait()
      }
    }
  }

  /// Waits for a transfer of 4096 bytes and answers with its tag.
  private func completed(_ ring: inout Ring) throws -> UInt64 {
    let completion = try ring.waitForCompletion()
    #expect(completion.result == .success(4096))
    return completion.tag
  }
}
