import IORings
import SystemPackage
import Testing

@Suite struct RingCompletionsTests {
  @Test func hasNoneBeforeAnythingIsSubmitted() throws {
    var ring = try Ring(capacity: 1)
    #expect(ring.nextCompletion() == nil)
  }

  @Test func aReadBehindTheEndAnswersWithZeroBytes() throws {
    let file = try TemporaryFile()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 512, alignment: 512)
    defer { unsafe buffer.deallocate() }
    var ring = try Ring(capacity: 1)
    try unsafe ring.prepareRead(from: file.descriptor, at: 4096, into: buffer, tag: .max)
    let completion = try ring.waitForCompletion()
    #expect(completion.tag == .max)
    #expect(completion.result == .success(0))
    #expect(ring.inFlightCount == 0)
    #expect(ring.nextCompletion() == nil)
  }

  @Test func aTransferThatFailsSaysWhy() throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 512, alignment: 512)
    defer { unsafe buffer.deallocate() }
    var ring = try Ring(capacity: 1)
    try unsafe ring.prepareRead(
      from: FileDescriptor(rawValue: -1), at: 0, into: buffer, tag: 1)
    #expect(try ring.waitForCompletion().result == .failure(.badFileDescriptor))
    #expect(ring.inFlightCount == 0)
  }

  @Test func submitAndWaitLeavesACompletionToTake() throws {
    let file = try TemporaryFile()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 512, alignment: 512)
    defer { unsafe buffer.deallocate() }
    var ring = try Ring(capacity: 1)
    try unsafe ring.prepareRead(from: file.descriptor, at: 0, into: buffer, tag: 9)
    try ring.submitAndWait()
    #expect(ring.nextCompletion()?.tag == 9)
  }
}
