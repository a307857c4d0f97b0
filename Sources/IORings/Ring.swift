// One io_uring: the queue in which a program prepares transfers for the kernel, and the queue in
// which the kernel answers.
//
//             prepare              submit                    next, wait
//   program ----------> prepared ----------> in flight (kernel) ----------> completion
//
// The ring counts what is prepared and what is in flight, together never more than its capacity,
// so that an answer always finds room. It does not own the buffers that the transfers name: they
// must stay valid until the completion has been taken, which is why preparing is unsafe. The one
// thing that it does promise is that no transfer outlives it: destroying a ring first waits for
// everything in flight.

import CLiburing
import MemoryRegions
import SystemPackage

/// An io_uring and, optionally, the memory registered with it.
///
/// A ring belongs to one thread at a time; it may be handed from one to another. It must not be
/// used, or destroyed, in a child that was forked while it was open, since the child shares the
/// queues with its parent.
@safe
public struct Ring: ~Copyable {
  /// The most transfers that a ring may be opened for.
  public static let largestCapacity = 32_768

  /// How many transfers may be prepared or in flight at a time.
  public let capacity: Int
  /// Transfers that were prepared and not yet given to the kernel.
  public internal(set) var preparedCount = 0
  /// Transfers that the kernel has and whose completion was not taken yet.
  public internal(set) var inFlightCount = 0

  var queues: io_uring
  var fixedBuffers: FixedBufferSlices?
  // Held for as long as the kernel may write to the region behind the process's back.
  var registration: RegionRegistration?

  /// Opens a ring for `capacity` transfers.
  ///
  /// - Parameter capacity: From 1 to ``largestCapacity``; anything else traps.
  /// - Throws: ``RingError/refused(_:)`` where the kernel gives this process no io_uring,
  ///   ``RingError/failed(call:_:)`` otherwise.
  /// - Complexity: One system call and two mappings.
  public init(capacity: Int) throws(RingError) {
    precondition(
      (1...Self.largestCapacity).contains(capacity),
      "a ring is opened for 1 to \(Self.largestCapacity) transfers")
    var queues = unsafe io_uring()
    // The queues are written to a local value that outlives the call.
    let status = unsafe io_uring_queue_init(UInt32(capacity), &queues, 0)
    guard status >= 0 else { throw .settingUp(Errno(rawValue: -status)) }
    unsafe self.queues = queues
    self.capacity = capacity
  }

  deinit {
    // A value's fields cannot change while it is destroyed; its queues hold pointers into shared
    // mappings, so a copy of them works on the same queues.
    var queues = unsafe self.queues
    for _ in 0..<inFlightCount {
      unsafe Self.discardCompletion(of: &queues)
    }
    unsafe io_uring_queue_exit(&queues)
  }

  /// Waits for one completion and forgets it, whatever it says.
  private static func discardCompletion(of queues: inout io_uring) {
    var completion: UnsafeMutablePointer<io_uring_cqe>?
    var status: Int32
    repeat {
      status = unsafe io_uring_wait_cqe(&queues, &completion)
      // A kernel that is out of memory, or has no room for completions, has it again soon.
    } while isPassing(Errno(rawValue: -status))
    // Going on would give the buffers back while the kernel writes to them.
    precondition(status >= 0, "a ring cannot end, since the kernel does not end its transfers")
    // A status of zero means that the pointer was set to the queue's next entry.
    unsafe io_uring_cqe_seen(&queues, completion)
  }
}

// The queues are plain memory of the process and a file descriptor; the type cannot be copied, so
// whoever holds it is its only user.
extension Ring: @unchecked Sendable {}
