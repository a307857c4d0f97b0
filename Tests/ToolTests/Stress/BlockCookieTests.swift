import MemoryTestSupport
import Testing

@testable import iopages

@Suite struct BlockCookieTests {
  /// Calls `body` with pages of its own.
  private func withPages(_ count: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Void)
    throws
  {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count * 4096, alignment: 4096)
    defer { unsafe bytes.deallocate() }
    unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
    try unsafe body(bytes)
  }

  private func fault(
    _ cookie: BlockCookie, _ bytes: UnsafeMutableRawBufferPointer
  ) -> StressFault? {
    do throws(StressFault) {
      try unsafe cookie.check(UnsafeRawBufferPointer(bytes))
      return nil
    } catch {
      return error
    }
  }

  @Test func whatWasWrittenIsFound() throws {
    try unsafe withPages(3) { bytes in
      for value in [1, 16] as [UInt64] {
        unsafe BlockCookie(value).write(to: bytes)
        #expect(unsafe fault(BlockCookie(value), bytes) == nil)
        #expect(unsafe fault(BlockCookie(value + 1), bytes) != nil)
      }
    }
  }

  @Test func aWordThatSomebodyWroteIsFound() throws {
    try unsafe withPages(2) { bytes in
      let cookie = BlockCookie(5)
      for offset in [0, 4088, 4096, 8184] {
        unsafe cookie.write(to: bytes)
        unsafe bytes[offset] ^= 1
        let fault = try #require(unsafe fault(cookie, bytes))
        #expect(fault.expected.hasSuffix("at byte \(offset)"))
      }
    }
  }

  /// A block that is written whole notices each byte.
  @Test func eachByteOfAWholeBlockCounts() throws {
    let seed = TestSeed.choose(for: "eachByteOfAWholeBlockCounts")
    var random = SplitMix64(seed: seed)
    try unsafe withPages(2) { bytes in
      let cookie = BlockCookie(32)
      #expect(cookie.isWhole)
      unsafe cookie.write(to: bytes)
      for _ in 0..<200 {
        let offset = Int.random(in: 0..<bytes.count, using: &random)
        unsafe bytes[offset] ^= 0x40
        #expect(unsafe fault(cookie, bytes) != nil)
        unsafe bytes[offset] ^= 0x40
      }
      #expect(unsafe fault(cookie, bytes) == nil)
    }
  }

  @Test func wordsThatWereMovedAreNoneOfTheBlocks() throws {
    try unsafe withPages(2) { bytes in
      let cookie = BlockCookie(9)
      unsafe cookie.write(to: bytes)
      unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[4096..<8192]))
      #expect(unsafe fault(cookie, bytes) != nil)
    }
  }

  @Test func wordsLieInTheRangeAndTheFirstAndLastOfEachPageAreThere() {
    let cookie = BlockCookie(7)
    let addresses = Array(cookie.addresses(in: 0x10000..<0x13000))
    #expect(addresses.count == 9)
    #expect(addresses.allSatisfy { $0 % 8 == 0 && (0x10000..<0x13000).contains($0) })
    for page in [0x10000, 0x11000, 0x12000] as [UInt] {
      #expect(addresses.contains(page) && addresses.contains(page + 4088))
    }
    // A part that begins and ends inside words has those that lie in it.
    for value in [7, 16] as [UInt64] {
      let part: Range<UInt> = 0x10001..<0x11ff7
      for address in BlockCookie(value).addresses(in: part) {
        #expect(address >= part.lowerBound && address + 8 <= part.upperBound)
      }
    }
    #expect(Array(BlockCookie(16).addresses(in: 0x10001..<0x1001f)) == [0x10008, 0x10010])
    #expect(Array(BlockCookie(16).addresses(in: 0x10001..<0x10002)) == [])
  }

  @Test func aByteThatIsNotZeroIsFound() throws {
    try unsafe withPages(2) { bytes in
      try unsafe BlockCookie.checkIsZero(UnsafeRawBufferPointer(bytes))
      unsafe bytes[5003] = 1
      #expect(throws: StressFault(expected: "zero at byte 5000", found: "0x1000000")) {
        try unsafe BlockCookie.checkIsZero(UnsafeRawBufferPointer(bytes))
      }
    }
  }
}
