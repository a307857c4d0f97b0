// The kernel behind a single pool: it really takes the contents of pages that are discarded, knows which
// pages have memory, and has none left when it is told so.

import Glibc
import MemoryTestSupport
import PagePools

/// Discards and populates pages, and remembers which have memory.
final class PlayedKernel: Sendable {
  private struct State {
    var isPresent: [Bool]
    var refuses = false
  }
  private let state: Guarded<State>

  init(pages: Int) {
    state = Guarded(State(isPresent: Array(repeating: true, count: pages)))
  }

  /// How a pool gets memory behind its pages.
  func backing(isPopulated: Bool) -> PoolBacking {
    var backing = PoolBacking()
    backing.becomesZero = true
    if isPopulated { backing.populate = { [self] in populate($0) } }
    return backing
  }

  var refuses: Bool {
    get { state.withLock { $0.refuses } }
    set { state.withLock { $0.refuses = newValue } }
  }

  private func populate(_ pages: Range<Int>) -> Bool {
    state.withLock { state in
      guard !state.refuses || state.isPresent[pages].allSatisfy(\.self) else { return false }
      for page in pages { state.isPresent[page] = true }
      return true
    }
  }

  /// Takes the memory of free pages, of which `base` is the first of all.
  @unsafe
  func discard(_ pages: Range<Int>, base: UnsafeMutableRawPointer) {
    state.withLock { state in for page in pages { state.isPresent[page] = false } }
    // Private memory of the test's, free: what it holds from now on is zero.
    let status = unsafe madvise(
      base + pages.lowerBound * 4096, pages.count * 4096, MADV_DONTNEED)
    precondition(status == 0, "Memory of a test cannot be discarded: \(errno).")
  }

  func hasMemory(_ pages: Range<Int>) -> Bool {
    state.withLock { $0.isPresent[pages].allSatisfy(\.self) }
  }
}
