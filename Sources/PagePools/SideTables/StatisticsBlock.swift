// The pool's counters: relaxed atomics in memory of their own, one line for each processor, so
// that threads on different processors do not share one, and so that the block can be shared with
// a process that only watches.
//
//   0      header   magic, version, line count, bytes per line
//   128    line 0   16 counters of 8 bytes
//   256    line 1   …
//
// A line is 128 bytes: two cache lines, which processors fetch in pairs.

internal import Synchronization

/// What the pool counts. The raw value is the place in a line; the layout is versioned, so that
/// new ones go to the end.
enum Counter: Int {
  case allocations
  case frees
  case failures
  case pressureRounds
  case reclaimedPages
  case clearedPages
  case knownZeroPages
  case trimmedPages
}

/// The counters of a pool.
@safe
struct StatisticsBlock: @unchecked Sendable {
  // Sendable: the header is written once, and every counter is atomic.
  static let magicNumber: UInt64 = 0x0053_5441_5447_5049  // "IPGTATS"
  static let version: UInt64 = 1
  static let lineByteCount = 128

  private let base: UnsafeMutableRawPointer
  private let lineCount: Int

  static func byteCount(processorCount: Int) -> Int {
    lineByteCount * (max(processorCount, 1) + 1)
  }

  /// - Parameter memory: `byteCount(processorCount:)` zeroed bytes that outlive this value.
  @unsafe
  init(_ memory: UnsafeMutableRawPointer, processorCount: Int) {
    unsafe base = memory
    lineCount = max(processorCount, 1)
    // The header is the first line of the block.
    unsafe memory.storeBytes(of: StatisticsBlock.version, toByteOffset: 8, as: UInt64.self)
    unsafe memory.storeBytes(of: UInt64(lineCount), toByteOffset: 16, as: UInt64.self)
    unsafe memory.storeBytes(
      of: UInt64(StatisticsBlock.lineByteCount), toByteOffset: 24, as: UInt64.self)
    unsafe memory.storeBytes(of: StatisticsBlock.magicNumber, as: UInt64.self)
  }

  @unsafe
  @inline(__always)
  private func counter(_ counter: Counter, line: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    let offset = StatisticsBlock.lineByteCount * (line + 1) + counter.rawValue * 8
    // In bounds: `line` is below `lineCount`, and a line holds 16 counters.
    return unsafe (base + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  /// Adds to a counter, on the line of the processor that runs this.
  @inline(__always)
  func add(_ amount: Int, to counter: Counter) {
    let line = Platform.processorNumber % lineCount
    let amount = UInt64(truncatingIfNeeded: amount)
    // In bounds: `line` is a remainder of `lineCount`.
    unsafe self.counter(counter, line: line).pointee.wrappingAdd(amount, ordering: .relaxed)
  }

  /// The sum over all processors. Exact when nothing else runs. O(processors).
  func total(_ counter: Counter) -> Int {
    var total: UInt64 = 0
    for line in 0..<lineCount {
      total &+= unsafe self.counter(counter, line: line).pointee.load(ordering: .relaxed)
    }
    return Int(truncatingIfNeeded: total)
  }
}
