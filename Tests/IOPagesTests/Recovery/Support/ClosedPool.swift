// What tests of recovery begin with, and words that processes tell each other.

import Glibc
import IOPages
import MemoryTestSupport
import Synchronization
import SystemPackage

/// A descriptor of the memory file of a pool that was closed: it has no owner and no blocks.
func fileOfClosedPool(pages: Int = 256, largestOrder: Int? = nil) throws -> FileDescriptor {
  let pool = try PagePool(
    recoverable: RegionOptions(byteCount: pages * 4096, largestOrder: largestOrder))
  guard let file = pool.fileDescriptor else { fatalError("A recoverable pool has a file.") }
  return try file.duplicate()
}

/// What a file holds.
func bytes(of file: FileDescriptor) throws -> [UInt8] {
  let count = Int(try file.seek(offset: 0, from: .end))
  var bytes = [UInt8](repeating: 0, count: count)
  // The call writes no more than the array has.
  let read = try unsafe bytes.withUnsafeMutableBytes { buffer in
    unsafe try file.read(fromAbsoluteOffset: 0, into: buffer)
  }
  precondition(read == count, "A memory file is read at once.")
  return bytes
}

/// A memory file with the same bytes: what would be left if the owner were killed now. It has no owner.
func copyOfMemoryFile(_ file: FileDescriptor) throws -> FileDescriptor {
  let bytes = try bytes(of: file)
  let copy = FileDescriptor(rawValue: try SystemCalls.linux.createMemoryFile("copy", 0))
  try copy.writeAll(bytes)
  try SystemCalls.linux.sealSize(copy.rawValue)
  return copy
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

  /// Waits until a child has made the word another than zero. Ends this process if the child ends
  /// before, or has not done so within a minute.
  func wait(for child: Int32) -> UInt64 {
    if let failure = failure(toSee: { value != 0 }, from: child) { fatalError(failure) }
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
