// Where threads run: tests of processors' caches move them about on purpose.

import CBenchSupport
package import PagePools

/// The processors that the tests may use.
package enum Processors {
  /// The numbers of the processors that this process may run on.
  package static let usable: [Int] = {
    var numbers = [Int32](repeating: 0, count: 1024)
    // At most as many numbers as the array has room for are written.
    let count = unsafe bench_allowed_processors(&numbers, Int32(numbers.count))
    precondition(count > 0, "It is not known which processors there are: error \(-count).")
    return numbers.prefix(Int(count)).map(Int.init)
  }()

  /// Moves the calling thread to a processor, to stay there.
  package static func move(to processor: Int) {
    var number = Int32(processor)
    // Reads one local value.
    let status = unsafe bench_bind_thread(&number, 1)
    precondition(status == 0, "The thread cannot be moved: error \(status).")
  }

  /// The ways to use caches that this process has: both, or without restartable sequences one.
  package static var cacheMethods: [ProcessorCacheMethod] {
    PagePool.availableCacheMethod == .restartableSequences
      ? [.restartableSequences, .exchange] : [.exchange]
  }
}
