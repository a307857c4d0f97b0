// Taking the kernel's answers.

import CLiburing
import SystemPackage

extension Ring {
  /// Takes the next completion, if one is there.
  ///
  /// Completions come in the order in which the transfers finish.
  /// - Complexity: O(1), no system call.
  public mutating func nextCompletion() -> RingCompletion? {
    var entry: UnsafeMutablePointer<io_uring_cqe>?
    // The entry stays valid until it is marked as seen; its fields are copied before that.
    guard unsafe io_uring_peek_cqe(&queues, &entry) == 0, let entry = unsafe entry else {
      return nil
    }
    return unsafe take(entry)
  }

  /// Gives all prepared transfers to the kernel and takes the next completion, waiting for one if
  /// need be.
  ///
  /// - Precondition: A transfer is prepared or in flight; there would be nothing to wait for.
  /// - Throws: ``RingError/interrupted`` if a signal came first, ``RingError/failed(call:_:)``
  ///   otherwise.
  /// - Complexity: At most one system call each time a signal or the kernel wakes the thread, and
  ///   the wait.
  public mutating func waitForCompletion() throws(RingError) -> RingCompletion {
    try submit()
    while true {
      if let completion = nextCompletion() { return completion }
      try submitAndWait()
    }
  }

  private mutating func take(_ entry: UnsafeMutablePointer<io_uring_cqe>) -> RingCompletion {
    // The caller got the entry from the completion queue and has not marked it as seen.
    let completion = unsafe RingCompletion(
      tag: entry.pointee.user_data, kernelResult: entry.pointee.res)
    unsafe io_uring_cqe_seen(&queues, entry)
    inFlightCount -= 1
    return completion
  }
}
