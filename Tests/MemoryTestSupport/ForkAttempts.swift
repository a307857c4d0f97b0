// Forking while another thread is in the middle of a change. A closure of a system-call table starts
// a thread that forks, and goes on as soon as it has, or when it has had long enough: a fork that is
// made to wait comes only when the change is done.

import Glibc
import MemoryRegions
import Synchronization

/// Threads that fork a child each.
package final class ForkAttempts: Sendable {
  private struct State {
    var threads: [RunningThread] = []
    var forked = 0
    var early = 0
    var ends: [ChildEnd] = []
  }

  private let state = Mutex(State())
  private let child: @Sendable () -> Int32

  /// - Parameter child: what each child does; its exit status. It is done once in this process, too.
  package init(child: @escaping @Sendable () -> Int32) {
    self.child = child
    // What it needs of the runtime, the metadata of generic types above all, is made at first use, under
    // a lock that a thread of the parent's may hold at the fork: the child would wait for ever.
    _ = child()
  }

  /// Lets another thread fork now, and gives it the time to.
  package func attempt() {
    let before = forkedCount
    let thread = RunningThread { [self] in
      let number = forkedChild(child)
      state.withLock { $0.forked += 1 }
      let end = endOfChild(number)
      state.withLock { $0.ends.append(end) }
    }
    state.withLock { $0.threads.append(thread) }
    // A fork that nobody holds off takes much less.
    for _ in 0..<2000 where forkedCount == before { usleep(100) }
    state.withLock { $0.early += $0.forked - before }
  }

  private var forkedCount: Int { state.withLock { $0.forked } }

  /// How many have forked while `attempt` gave them the time to.
  package var earlyCount: Int { state.withLock { $0.early } }

  /// How the children ended, all of them.
  package func ends() -> [ChildEnd] {
    for thread in state.withLock({ $0.threads }) { thread.wait() }
    return state.withLock { $0.ends }
  }
}

/// The files that this process has open or mapped whose name begins so: "/secretmem", "/memfd:name".
package func filesHeld(named prefix: String) -> Int {
  var found = 0
  for descriptor in 0..<256 {
    var target = [CChar](repeating: 0, count: 64)
    // The call writes no more than the array has.
    let count = unsafe readlink("/proc/self/fd/\(descriptor)", &target, target.count)
    guard count > 0 else { continue }
    let name = String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if name.hasPrefix(prefix) { found += 1 }
  }
  let maps = (try? SystemCalls.linux.readFile("/proc/self/maps")) ?? ""
  precondition(!maps.isEmpty, "The mappings of this process cannot be read.")
  // A file without a path is named so: "/memfd:name (deleted)".
  return found + maps.split(separator: "\n").count { $0.contains(" \(prefix)") }
}
