// What the threads of a process believe to have, in memory that the process which forked them reads
// when they were killed. Before each operation a thread notes what it is about to do, after it what
// came of it: so each thread's operation that was under way, and only that, is uncertain.
//
//   per thread   word 0      the operation: 0 none, 1 allocate, 2 free, 3 shrink
//                words 1-2   allocate: tag, number of blocks; free: slot; shrink: slot, pages that stay
//                word 3      operations ended so far
//                words 8...  slots of two words: first page << 32 | number of pages (0: empty), tag

import Glibc
import IOPages
import Synchronization

/// What a thread was doing when it was killed.
enum PendingOperation: Equatable {
  case allocate(tag: UInt64, blocks: Int)
  case free(slot: Int)
  case shrink(slot: Int, pages: Int)
}

/// The log of several threads, in memory that is shared with forked children.
@safe
final class CallerLog: @unchecked Sendable {
  // Sendable: every word is atomic.
  static let slotCount = 12
  private static let wordsPerThread = 64

  let threadCount: Int
  private let words: UnsafeMutablePointer<Atomic<UInt64>>

  init(threadCount: Int) {
    self.threadCount = threadCount
    let byteCount = threadCount * CallerLog.wordsPerThread * 8
    // A mapping of our own, which stays.
    let mapping = unsafe mmap(
      nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
    guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED
    else { fatalError("The log cannot be mapped.") }
    unsafe words = mapping.bindMemory(to: Atomic<UInt64>.self, capacity: byteCount / 8)
  }

  private func word(_ thread: Int, _ index: Int) -> UInt64 {
    precondition(thread < threadCount && index < CallerLog.wordsPerThread)
    // In bounds.
    return unsafe words[thread * CallerLog.wordsPerThread + index].load(ordering: .acquiring)
  }

  private func store(_ value: UInt64, _ thread: Int, _ index: Int) {
    precondition(thread < threadCount && index < CallerLog.wordsPerThread)
    // In bounds.
    unsafe words[thread * CallerLog.wordsPerThread + index].store(value, ordering: .releasing)
  }

  /// Forgets everything.
  func clear() {
    for thread in 0..<threadCount {
      for index in 0..<CallerLog.wordsPerThread { store(0, thread, index) }
    }
  }

  func begin(_ operation: PendingOperation, thread: Int) {
    switch operation {
    case .allocate(let tag, let blocks):
      store(tag, thread, 1)
      store(UInt64(blocks), thread, 2)
      store(1, thread, 0)
    case .free(let slot):
      store(UInt64(slot), thread, 1)
      store(2, thread, 0)
    case .shrink(let slot, let pages):
      store(UInt64(slot), thread, 1)
      store(UInt64(pages), thread, 2)
      store(3, thread, 0)
    }
  }

  func end(thread: Int) {
    store(word(thread, 3) + 1, thread, 3)
    store(0, thread, 0)
  }

  func pending(thread: Int) -> PendingOperation? {
    switch word(thread, 0) {
    case 1: .allocate(tag: word(thread, 1), blocks: Int(word(thread, 2)))
    case 2: .free(slot: Int(word(thread, 1)))
    case 3: .shrink(slot: Int(word(thread, 1)), pages: Int(word(thread, 2)))
    default: nil
    }
  }

  /// How many operations the thread has ended.
  func operationCount(thread: Int) -> Int { Int(word(thread, 3)) }

  /// A block that the thread has; nil for an empty slot.
  subscript(thread: Int, slot: Int) -> RecoveredBlock? {
    get {
      let pages = word(thread, 8 + 2 * slot)
      guard pages != 0 else { return nil }
      let first = Int(pages >> 32)
      return RecoveredBlock(
        tag: AllocationTag(value: word(thread, 9 + 2 * slot)),
        pages: first..<first + Int(pages & 0xffff_ffff))
    }
    set {
      guard let newValue else { return store(0, thread, 8 + 2 * slot) }
      store(newValue.tag.value, thread, 9 + 2 * slot)
      let pages = newValue.pages
      store(UInt64(pages.lowerBound) << 32 | UInt64(pages.count), thread, 8 + 2 * slot)
    }
  }
}
