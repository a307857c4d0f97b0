// What a stress run says when something is wrong: which thread did what, for the how manieth time,
// with which block, and what it expected and found.

/// What a check found, without the operation that it was part of.
struct StressFault: Error, Equatable {
  var expected: String
  var found: String
}

/// An operation that failed.
struct StressFailure: Error, Equatable, CustomStringConvertible {
  /// The thread; nil for what is looked at when all threads are gone.
  var thread: Int?
  /// Which of its operations it was, from 1, those of earlier lives included.
  var operation: Int
  /// What it did: "taking a block of order 3".
  var action: String
  /// The block that it did it with; empty if there is none.
  var block: String
  var fault: StressFault

  var description: String {
    let place = thread.map { "thread \($0), operation \(operation)" } ?? "at the end"
    let object = block.isEmpty ? "" : ", \(block)"
    return "\(place), \(action)\(object): expected \(fault.expected), found \(fault.found)"
  }
}

/// Who took a page: a word's upper 48 bits, never 0.
struct StressOwner: Equatable, Sendable, CustomStringConvertible {
  /// 12 bits for the thread, counted from 1, and 36 for its operation.
  let bits: UInt64

  static var largestThread: Int { 1 << 12 - 2 }

  init(bits: UInt64) { self.bits = bits }

  init(thread: Int, operation: Int) {
    bits = UInt64(thread + 1) << 36 | UInt64(operation) & (1 << 36 - 1)
  }

  var thread: Int { Int(bits >> 36) - 1 }
  var operation: Int { Int(bits & (1 << 36 - 1)) }

  var description: String {
    bits == 0 ? "nobody" : "thread \(thread) in its operation \(operation)"
  }
}
