import MemoryTestSupport
import Testing

@testable import BuddyAllocator

@Suite("MetadataWords: memory as words")
struct MetadataWordsTests {
  @Test func wordsLieSideBySideInTheMemory() {
    let memory = ZeroedMemory(byteCount: 64)
    // Unsafe: eight words in 64 bytes, which live to the end of the test.
    let words = unsafe MetadataWords(memory.baseAddress, count: 8)
    for index in 0..<8 { words[index] = UInt64(index + 1) << 56 | UInt64(index) }
    for index in 0..<8 {
      #expect(words[index] == UInt64(index + 1) << 56 | UInt64(index))
      #expect(memory.bytes[8 * index] == UInt8(index), "the low byte comes first")
    }
  }

  #if DEBUG
    @Test(arguments: [-1, 8, Int.max])
    func debugBuildsTrapOutsideOfTheMemory(index: Int) async {
      await #expect(processExitsWith: .failure) { [index] in
        let memory = ZeroedMemory(byteCount: 64)
        // Unsafe: eight words in 64 bytes; what the test is about never reaches the memory.
        let words = unsafe MetadataWords(memory.baseAddress, count: 8)
        _ = words[index]
        withExtendedLifetime(memory) {}
      }
    }
  #endif
}
