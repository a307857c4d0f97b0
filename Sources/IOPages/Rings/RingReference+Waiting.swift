// How a consumer waits in a task without a wake-up that is lost or a continuation that is resumed
// twice or never.
//
// The classic trouble is Dekker's: the consumer writes "I wait" and then looks for an element; the
// producer writes an element and then looks for somebody who waits. With plain releases and acquires
// both may look before the other's write has arrived, and the consumer sleeps for ever. The remedy is
// usually a fence on either side. Here each pair meets in ONE word, which both change by
// read-modify-write: such a word has one order of changes, and whoever comes second sees the first.
//
// - Element against announcement: the consumer announces itself in the very word by which the element
//   that it lacks will be published (the tail of a single-producer ring, the slot's sequence number
//   of a multi-producer ring), by an exchange that fails if the element is there. The producer
//   publishes by an exchange, and is told by the old value whether anybody waits. One locked
//   instruction, which the producer needs anyway, and no look at another line.
// - Everything else against `isWaiting`: cancellation, and the last of several producers that leaves.
//   Both first set what they are about (the task's flag, the producers' count), and then exchange
//   `isWaiting` for false, always. The consumer first exchanges it for true, and then looks at the
//   flag and the count. If the consumer's exchange comes first, the other one reads true and wakes it.
//   If it comes second, it has read the other's false and acquires what was set before it.
//
// Whoever exchanges true for false, and nobody else, resumes the continuation: a producer, the one who
// cancels, or the consumer itself, when it finds that it need not sleep. An announcement may outlive
// the waiting (after a cancellation): the next element then wakes somebody who does not wait, which
// does nothing, or who waits for something else, who looks again and goes back to sleep.
//
// The handler of a cancellation is over, or will not begin, when `withTaskCancellationHandler` returns
// (the runtime runs handlers with the task's record of them locked). So nobody refers to the ring on
// behalf of a consumer that is not waiting.

internal import Synchronization

extension RingReference {
  /// Suspends the consumer until an element or the end has been announced to it, or the task is
  /// cancelled; may return early.
  ///
  /// - Parameter announce: asks to be woken. Called once, after which `wake()` may come from anywhere.
  ///   Returns false if there is something to be had already.
  @usableFromInline
  nonisolated(nonsending)
    func wait(announcing announce: () -> Bool) async
  {
    await withTaskCancellationHandler {
      // A checked one: next to being suspended it costs little, and the thread sanitizer does not
      // know what an unchecked one is ordered by if it is resumed before the task has stopped.
      await withCheckedContinuation { continuation in
        prepareToWake(continuation)
        if !announce() || Task.isCancelled { wake() }
      }
    } onCancel: {
      wake()
    }
  }

  /// Has the next `wake()` resume `continuation`.
  private func prepareToWake(_ continuation: CheckedContinuation<Void, Never>) {
    // Nobody but the one consumer writes there while `isWaiting` is false.
    let place = unsafe control.pointee.continuation
    unsafe place.pointee = continuation
    _ = unsafe control.pointee.isWaiting.exchange(true, ordering: .acquiringAndReleasing)
  }

  /// Wakes the consumer if it waits. Any thread that is an end of the ring, or that the consumer
  /// waits for.
  @usableFromInline
  @inline(never)
  func wake() {
    guard unsafe control.pointee.isWaiting.exchange(false, ordering: .acquiringAndReleasing) else {
      return
    }
    // The exchange makes it this thread's alone. After resume() the ring may be gone.
    let place = unsafe control.pointee.continuation
    let continuation = unsafe place.pointee.take()
    continuation?.resume()
  }
}
