// The standard library's Mutex is not built for the thread sanitizer: what it guards looks
// unguarded, and every use is reported as a race. So the locks here say what they do.

internal import CPageMemory
package import Synchronization

extension Mutex where Value: ~Copyable {
  /// `withLock`, in a way that the thread sanitizer sees.
  package borrowing func withVisibleLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    // Only the address counts, and a mutex does not move while it is borrowed.
    let address = unsafe withUnsafePointer(to: self) { unsafe UnsafeRawPointer($0) }
    return try withLock { (value) throws(Failure) in
      unsafe page_memory_lock_acquired(address)
      defer { unsafe page_memory_lock_releasing(address) }
      return try body(&value)
    }
  }
}
