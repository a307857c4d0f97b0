// What tests of recovery begin with, and words that processes tell each other.

import Glibc
import IOPages
import Synchronization
import SystemPackage

/// A descriptor of the memory file of a pool that was closed: it has no owner and no blocks.
func fileOfClosedPool(pages: Int = 256, largestOrder: Int? = nil) throws -> FileDescriptor {
  let pool = try PagePool(
    recoverable: RegionOptions(byteCount: pages * 4096, largestOrder: largestOrder))
  guard let file = pool.fileDescriptor else { fatalError("A recoverable pool has a file.") }
  return try file.duplicate()
}

/// A word that forked children share with their parent.
@safe
final class SharedWord: @unchecked Sendable {
  // Sendable: the word is atomic.
  private let word: UnsafeMutablePointer<Atomic<UInt64>>

  init() {
    // A mapping of our own, which stays.
    let mapping = unsafe mmap(
      nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
    guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED
    else { fatalError("A page cannot be mapped.") }
    unsafe word = mapping.bindMemory(to: Atomic<UInt64>.self, capacity: 1)
  }

  var value: UInt64 {
    get { unsafe word.pointee.load(ordering: .acquiring) }  // mapped for ever
    set { unsafe word.pointee.store(newValue, ordering: .releasing) }  // as above
  }

  /// Waits until the word is not zero.
  func wait() -> UInt64 {
    while value == 0 { usleep(100) }
    return value
  }
}

/// Counts the stores to a block table.
final class StoreCounter: Sendable {
  private let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .relaxed) }
  /// Counts one more. Returns how many there are.
  @discardableResult
  func add() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }
}
