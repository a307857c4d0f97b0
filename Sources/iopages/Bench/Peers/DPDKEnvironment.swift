// DPDK wants to be started once for a process, and to know the threads that use its caches.

import Glibc

/// DPDK's "environment abstraction layer", started without huge pages and without devices.
@safe
final class DPDKEnvironment: Sendable {
  private typealias Start =
    @convention(c) (
      Int32, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    ) -> Int32
  typealias ThreadCall = @convention(c) () -> Int32
  typealias ThreadLeave = @convention(c) () -> Void

  let library: PeerLibrary
  // Functions of a library that is never unloaded.
  private let register: ThreadCall
  private let unregister: ThreadLeave

  /// What it is started with. 2 GiB are for the pool of one GiB and the heap; the machine's memory is
  /// only taken as far as it is touched.
  static func arguments(processor: Int32) -> [String] {
    [
      "iopages", "--no-huge", "-m", "2048", "--no-pci", "--no-shconf", "--no-telemetry",
      "-l", "\(processor)", "--log-level=error",
    ]
  }

  /// Starts it, and binds the calling thread to that processor.
  init(processor: Int32) throws(PeerLibrary.Failure) {
    let versions = ["26", "25", "24", "23", "22"]
    library = try PeerLibrary(oneOf: versions.map { "librte_eal.so.\($0)" })
    unsafe register = try library.function("rte_thread_register", as: ThreadCall.self)
    unsafe unregister = try library.function("rte_thread_unregister", as: ThreadLeave.self)
    let start = try unsafe library.function("rte_eal_init", as: Start.self)
    // DPDK keeps and permutes the words: they are never freed.
    let arguments = DPDKEnvironment.arguments(processor: processor)
    var words = unsafe arguments.map { unsafe strdup($0) }
    let count = Int32(arguments.count)
    let result = unsafe words.withUnsafeMutableBufferPointer { words in
      unsafe words.baseAddress.map { unsafe start(count, $0) } ?? -1
    }
    guard result >= 0 else {
      throw .unusable("rte_eal_init failed: it may want root, or 2 GiB of memory")
    }
    enteredThread = pthread_self()
  }

  /// The thread that started DPDK, which knows it already.
  private let enteredThread: pthread_t

  func enterThread() {
    guard pthread_equal(pthread_self(), enteredThread) == 0 else { return }
    let result = register()
    precondition(result == 0, "DPDK does not take another thread.")
  }

  func leaveThread() {
    guard pthread_equal(pthread_self(), enteredThread) == 0 else { return }
    unregister()
  }
}
