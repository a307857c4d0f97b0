// One page for the whole process, wiped by a fork, for what a child must not believe of its parent:
//
//      word 0   this process's generation; 0 until it first needs one, and again in every child
//      word 1   the newest arena of control blocks (ControlBlocks)
//
// The page's own address is an ordinary global, which a child inherits with the mapping.

import Synchronization
import SystemPackage

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
    if !isFirst { WipedMemory.unmap(fresh, pageByteCount, systemCalls) }
    return ProcessRoot(address: isFirst ? UInt(fresh) : other)
  }

  /// One of the page's words.
  @unsafe func word(_ word: Word) -> UnsafeMutablePointer<Atomic<UInt>> {
    // Zeroed memory is a valid Atomic<UInt> of 0, and the page stays mapped for ever.
    unsafe UnsafeMutablePointer<Atomic<UInt>>(bitPattern: address).unsafelyUnwrapped + word.rawValue
  }
}
