import Glibc
import IOPages
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct PageBufferListIOVectorsTests {
  /// Through a pipe that takes less than all at once: what is left is written next.
  @Test func writtenAndReadInPieces() throws {
    let pool = PoolTestMemory.makePool(pages: 512)
    var descriptors: [CInt] = [-1, -1]
    // Room for both.
    let isMade = unsafe pipe(&descriptors) == 0
    try #require(isMade)
    for descriptor in descriptors { #expect(fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0) }
    defer {
      close(descriptors[0])
      close(descriptors[1])
    }
    let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
    var output = PageBufferList<SharedPageBuffer>()
    for chunk in try PageBuffer(copying: bytes.span, from: pool).freeze().chunks(ofCount: 3001) {
      output.append(chunk)
    }
    var received = PageBufferList<PageBuffer>()
    while received.count < bytes.count {
      let before = (output.count, received.count)
      if !output.isEmpty {
        let written = unsafe output.withIOVectors {
          unsafe writev(descriptors[1], $0.baseAddress, CInt($0.count))
        }
        if written > 0 { output.removeFirst(written) }
      }
      var input = PageBufferList(try PageBuffer(count: 1000, from: pool))
      input.append(try PageBuffer(count: 4096, from: pool))
      let read = unsafe input.withMutableIOVectors {
        unsafe readv(descriptors[0], $0.baseAddress, CInt($0.count))
      }
      if read > 0 { received.append(input.takeFirst(read)) }
      // Either side gets on in each round.
      let hasMoved = (output.count, received.count) != before
      try #require(hasMoved)
    }
    #expect([UInt8](copying: received) == bytes)
    let isWritten = output.isEmpty
    #expect(isWritten)
  }

  @Test func vectorsAreTheBuffersThemselves() throws {
    let pool = PoolTestMemory.makePool(pages: 8)
    var list = PageBufferList<PageBuffer>()
    var addresses: [UInt] = []
    for length in [10, 4096, 1] {
      let buffer = try PageBuffer(count: length, from: pool)
      // Only compared.
      addresses.append(unsafe UInt(bitPattern: buffer.baseAddress))
      list.append(buffer)
    }
    let (found, lengths) = unsafe list.withIOVectors { vectors in
      unsafe (
        vectors.map { unsafe UInt(bitPattern: $0.iov_base) }, vectors.map { unsafe $0.iov_len }
      )
    }
    #expect(found == addresses)
    #expect(lengths == [10, 4096, 1])
    let limited = unsafe list.withIOVectors(limit: 2) { $0.count }
    #expect(limited == 2)
    let empty = unsafe PageBufferList<PageBuffer>().withIOVectors { $0.count }
    #expect(empty == 0)
  }

  @Test func errorsOfTheBodyPassThrough() throws {
    let list = PageBufferList<PageBuffer>()
    #expect(throws: AdoptionError.shared) {
      try unsafe list.withIOVectors { _ throws(AdoptionError) in throw .shared }
    }
  }
}
