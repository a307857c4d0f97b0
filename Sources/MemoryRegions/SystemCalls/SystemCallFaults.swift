// Faults on purpose. Whoever holds one of these decides which calls of a table fail, by kind, by
// count or by chance, and learns which were made; the table itself is wrapped by
// `SystemCalls.failing(_:)`. Code that is not tested so holds the bare table, and pays nothing.

import Synchronization
package import SystemPackage

/// Which calls of a table are to fail, and which were made. Any thread may use it at any time.
package final class SystemCallFaults: Sendable {
  /// One entry of the table.
  package enum Call: Hashable, Sendable {
    case map, move, unmap, protect, touch, lockOnFault
    case advise(SystemCalls.Advice)
    case createMemoryFile, createSecretFile, resize, sealSize, punchHole, close
    case bind, bindIfObeyed, setHomeNode, policy, node, nodes, movePages, processorNode
    case openAgain, memoryFileState, ownFile, holdForks
    case lockLimit, readFile
  }

  /// Which of the calls that a fault is about fail.
  package enum Occurrence: Sendable {
    /// The n-th from now, counted from 1, and no other.
    case number(Int)
    /// Each of them.
    case every
    /// Each with this probability, from 0 to 1.
    case probability(Double)
  }

  private struct Fault {
    /// Nil for all calls.
    var calls: Set<Call>?
    var occurrence: Occurrence
    var errno: Errno
    var seen = 0
  }

  private struct State {
    var faults: [Fault] = []
    var seen: [Call: Int] = [:]
    var failed: [Call: Int] = [:]
    var lastFailed: Call?
    var history: [Call] = []
    var random: UInt64
  }

  /// Calls remembered in their order; later ones are only counted.
  private static let historyLimit = 4096

  private let state: Mutex<State>

  /// - Parameter seed: what faults by probability are drawn from; the same seed over the same calls
  ///   makes the same ones fail.
  package init(seed: UInt64 = 0) { state = Mutex(State(random: seed)) }

  /// Makes calls fail from now on, beside those that fail already; nil stands for all calls.
  package func fail(
    _ occurrence: Occurrence, of calls: Set<Call>? = nil, with errno: Errno
  ) {
    state.withVisibleLock {
      $0.faults.append(Fault(calls: calls, occurrence: occurrence, errno: errno))
    }
  }

  /// Lets every call through again. What was counted stays.
  package func stop() { state.withVisibleLock { $0.faults = [] } }

  /// Lets every call through, and counts from nothing.
  package func reset() {
    state.withVisibleLock { $0 = State(random: $0.random) }
  }

  /// The calls made, those that failed included.
  package var seen: [Call: Int] { state.withVisibleLock { $0.seen } }

  /// The calls that were made to fail.
  package var failed: [Call: Int] { state.withVisibleLock { $0.failed } }

  /// The latest call that was made to fail.
  package var lastFailed: Call? { state.withVisibleLock { $0.lastFailed } }

  /// The first few thousand calls in their order.
  package var history: [Call] { state.withVisibleLock { $0.history } }

  /// Counts a call, and throws if it is to fail.
  func admit(_ call: Call) throws(Errno) {
    let errno: Errno? = state.withVisibleLock { state in
      state.seen[call, default: 0] += 1
      if state.history.count < Self.historyLimit { state.history.append(call) }
      var errno: Errno?
      for index in state.faults.indices where state.faults[index].calls?.contains(call) ?? true {
        state.faults[index].seen += 1
        let isDue =
          switch state.faults[index].occurrence {
          case .number(let number): state.faults[index].seen == number
          case .every: true
          case .probability(let share): Self.draw(&state.random) < share
          }
        if isDue { errno = state.faults[index].errno }
      }
      if errno != nil {
        state.failed[call, default: 0] += 1
        state.lastFailed = call
      }
      return errno
    }
    if let errno { throw errno }
  }

  /// A number from 0 up to 1 (SplitMix64).
  private static func draw(_ state: inout UInt64) -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53
  }
}

extension SystemCallFaults.Call {
  /// The system call's name, as `RegionError.call` has it.
  package var systemCall: String {
    switch self {
    case .map: "mmap"
    case .move: "mremap"
    case .unmap: "munmap"
    case .protect: "mprotect"
    case .advise: "madvise"
    case .touch: "touch"
    case .lockOnFault: "mlock2"
    case .createMemoryFile: "memfd_create"
    case .createSecretFile: "memfd_secret"
    case .resize: "ftruncate"
    case .sealSize: "fcntl"
    case .punchHole: "fallocate"
    case .openAgain: "open"
    case .memoryFileState, .ownFile: "fcntl"
    case .holdForks: "pthread_atfork"
    case .close: "close"
    case .bind, .bindIfObeyed: "mbind"
    case .setHomeNode: "set_mempolicy_home_node"
    case .policy, .node: "get_mempolicy"
    case .nodes, .movePages: "move_pages"
    case .processorNode: "getcpu"
    case .lockLimit: "getrlimit"
    case .readFile: "read"
    }
  }
}
