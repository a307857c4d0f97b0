// Whose memory is it after a fork? A child gets a copy of every object that its parent had, but not
// of memory that a fork wipes (ProcessRoot). So each process keeps a number there, which tells it
// apart from its parent without a lock and without asking the kernel. The numbers come from a
// counter that a child inherits, so a child's differ from its parent's.

import Synchronization

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
