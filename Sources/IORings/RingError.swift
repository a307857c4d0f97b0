// Why a ring could not be opened or used. A kernel that forbids io_uring and a memory limit that
// is too low have their own cases, because a caller answers them differently: the first by doing
// without a ring, the second by telling the user which limit to raise.

public import MemoryRegions
public import SystemPackage

/// Why an operation on a ``Ring`` failed.
public enum RingError: Error, Sendable {
  /// The kernel gives this process no io_uring at all: it is not built in (`ENOSYS`), or the
  /// `kernel.io_uring_disabled` setting, seccomp or a security module forbids it (`EPERM`,
  /// `EACCES`).
  case refused(Errno)
  /// The memory to pin is more than the process may lock (`RLIMIT_MEMLOCK`).
  case memoryLockLimit(byteCount: Int)
  /// The region could not lend its memory to a ring.
  case region(RegionError)
  /// A signal came before the ring had an answer. Nothing is lost: ask again.
  case interrupted
  /// As many transfers as the ring has room for are prepared or in flight.
  case full
  /// A call failed for a reason that none of the other cases names.
  case failed(call: String, Errno)
}

extension RingError {
  /// The error of a failed `io_uring_setup`.
  package static func settingUp(_ errno: Errno) -> RingError {
    switch errno {
    case .noFunction, .notPermitted, .permissionDenied: .refused(errno)
    default: .failed(call: "io_uring_setup", errno)
    }
  }

  /// The error of a failed registration of `byteCount` bytes of fixed buffers.
  package static func registering(byteCount: Int, _ errno: Errno) -> RingError {
    switch errno {
    case .noMemory: .memoryLockLimit(byteCount: byteCount)
    case .notPermitted, .permissionDenied: .refused(errno)
    default: .failed(call: "io_uring_register", errno)
    }
  }

  /// The error of a failed `io_uring_enter`.
  package static func entering(_ errno: Errno) -> RingError {
    switch errno {
    case .interrupted: .interrupted
    default: .failed(call: "io_uring_enter", errno)
    }
  }
}

extension RingError: CustomStringConvertible {
  /// One sentence without a full stop: what failed, with which error, and what to change.
  public var description: String {
    switch self {
    case .refused(let errno):
      "io_uring is refused on this machine (\(errno))"
    case .memoryLockLimit(let byteCount):
      "io_uring cannot pin \(byteCount) bytes: the memlock limit is too low (raise it with ulimit -l)"
    case .region(let error):
      "\(error)"
    case .interrupted:
      "waiting for io_uring was interrupted by a signal"
    case .full:
      "the ring has no room for another transfer"
    case .failed(let call, let errno):
      "\(call) failed: \(errno)"
    }
  }
}
