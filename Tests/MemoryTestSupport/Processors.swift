// Where threads run: tests of processors' caches move them about on purpose.

import CPageMemory
package import PagePools

/// The processors that the tests may use.
package enum Processors {
  /// The numbers of the processors that this process may run on.
  package static let usable = (0..<1024).filter { page_memory_may_use_processor(UInt32($0)) != 0 }

  /// Moves the calling thread to a processor, to stay there.
  package static func move(to processor: Int) {
    let status = page_memory_stay_on_processor(UInt32(processor))
    precondition(status == 0, "The thread cannot be moved: error \(status).")
  }

  /// The ways to use caches that this process has: both, or without restartable sequences one.
  package static var cacheMethods: [ProcessorCacheMethod] {
    PagePool.availableCacheMethod == .restartableSequences
      ? [.restartableSequences, .exchange] : [.exchange]
  }
}
