// Which processors there are, and threads bound to one of them: a measured thread that moves from
// one to another measures the move.

import CBenchSupport

/// The processors that this process may use.
struct Processors {
  /// Their numbers, ascending, at least one.
  let numbers: [Int32]

  init() throws(ToolError) {
    // At most as many numbers as the array has room for are written; the answer is how many exist.
    var numbers = [Int32](repeating: 0, count: 1)
    var count = unsafe bench_allowed_processors(&numbers, 1)
    if count > 1 {
      numbers = [Int32](repeating: 0, count: Int(count))
      count = unsafe min(count, bench_allowed_processors(&numbers, count))
    }
    guard count > 0 else {
      throw ToolError("cannot find out which processors there are (error \(-count))")
    }
    self.numbers = numbers
  }

  /// The numbers of threads that workloads are run with: one, two, and as many as there are
  /// processors.
  var threadCounts: [Int] { Array(Set([1, 2, numbers.count])).sorted() }

  /// Binds the calling thread to the processor for the thread of that index.
  func bindThread(_ index: Int) {
    var processor = numbers[index % numbers.count]
    // Reads one local value. A refusal is no reason to stop: figures are less steady then.
    _ = unsafe bench_bind_thread(&processor, 1)
  }

  /// Lets the calling thread run anywhere again.
  func unbindThread() {
    // Reads the array for the length of the call.
    _ = unsafe numbers.withUnsafeBufferPointer { numbers in
      unsafe bench_bind_thread(numbers.baseAddress, Int32(numbers.count))
    }
  }
}
