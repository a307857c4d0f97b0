// Whose memory is it after a fork? A child gets a copy of every object that its parent had, but not
// of memory marked MADV_WIPEONFORK, which reads as zero there. One such page for the whole process
// tells them apart, without a lock and without asking the kernel:
//
//      word 0   this process's generation; 0 until it first needs one, and again in every child
//      word 1   the newest arena of control blocks (ControlBlocks)
//
// Generations come from a counter that a child inherits, so a child's differ from its parent's.

import Synchronization
import SystemPackage

/// A process, told apart from those it was forked from and those it forks.
package struct ProcessGeneration: Equatable, Sendable {
  private let number: UInt

  private static let next = Atomic<UInt>(1)

  /// This process. Maps one page the first time.
  package static func current(
    _ systemCalls: SystemCalls
  ) throws(RegionError) -> ProcessGeneration {
    let root = try ProcessRoot.current(systemCalls)
    // SAFETY: the root page is never unmapped.
    let word = unsafe root.word(.generation)
    let known = unsafe word.pointee.load(ordering: .acquiring)
    if known != 0 { return ProcessGeneration(number: known) }
    let fresh = next.wrappingAdd(1, ordering: .relaxed).oldValue
    let (isFirst, other) = unsafe word.pointee.compareExchange(
      expected: 0, desired: fresh, ordering: .acquiringAndReleasing)
    return ProcessGeneration(number: isFirst ? fresh : other)
  }

  /// Whether this is the process that it was taken in. One load.
  package var isThisProcess: Bool {
    guard let root = ProcessRoot.existing else { return false }
    return unsafe root.word(.generation).pointee.load(ordering: .relaxed) == number
  }
}

/// The page of process-wide words that a fork wipes.
struct ProcessRoot: Sendable {
  enum Word: Int { case generation, arenas }

  private let address: UInt

  private static let shared = Atomic<UInt>(0)

  /// The page, if it was made. A child finds its parent's, wiped.
  static var existing: ProcessRoot? {
    let address = shared.load(ordering: .acquiring)
    return address == 0 ? nil : ProcessRoot(address: address)
  }

  /// The page, made now if need be.
  static func current(_ systemCalls: SystemCalls) throws(RegionError) -> ProcessRoot {
    if let existing { return existing }
    let fresh = try WipedMemory.map(pageByteCount, systemCalls)
    let (isFirst, other) = shared.compareExchange(
      expected: 0, desired: UInt(fresh), ordering: .acquiringAndReleasing)
    if !isFirst { try? systemCalls.unmap(fresh, pageByteCount) }
    return ProcessRoot(address: isFirst ? UInt(fresh) : other)
  }

  /// One of the page's words.
  @unsafe func word(_ word: Word) -> UnsafeMutablePointer<Atomic<UInt>> {
    // Zeroed memory is a valid Atomic<UInt> of 0, and the page stays mapped for ever.
    unsafe UnsafeMutablePointer<Atomic<UInt>>(bitPattern: address).unsafelyUnwrapped + word.rawValue
  }
}

/// Mapping memory for tables: zero, lazily backed, wiped in forked children.
enum WipedMemory {
  /// Maps `byteCount` bytes, a multiple of the page. Returns the address.
  static func map(_ byteCount: Int, _ systemCalls: SystemCalls) throws(RegionError) -> Int {
    let detail = "\(byteCount) bytes"
    let address = try call("mmap", .sideTablesRefused, detail) { () throws(Errno) in
      try systemCalls.map(.memory(.anywhere), byteCount)
    }
    do throws(RegionError) {
      try call("madvise", .sideTablesRefused, detail) { () throws(Errno) in
        try systemCalls.advise(address, byteCount, .wipeOnFork)
      }
    } catch {
      try? systemCalls.unmap(address, byteCount)
      throw error
    }
    // The tables of a large region are touched sparsely: huge pages would make most of them real.
    // A kernel without transparent huge pages refuses the advice, and needs none.
    try? systemCalls.advise(address, byteCount, .noHugePages)
    return address
  }
}
