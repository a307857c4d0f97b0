// W13: what is done to buffers around the reading of their bytes: cutting, joining, narrowing,
// freezing, slicing, and the giving back of pages that were cut.

import CBenchSupport
import IOPages

/// W13.
struct BufferWorkload {
  var context: BenchContext
  /// The subjects to measure, of those that are buffers.
  var names: [SubjectName]

  func lanes() throws -> [SubjectLane] {
    let pool = try PagePool.forMeasuring(byteCount: 64 << 20)
    return try BufferOperation.allCases.filter { names.contains($0.subject) }.map { operation in
      let buffers = try OperatedBuffers(from: pool)
      return (operation.subject, lane(operation, buffers))
    }
  }

  private func lane(_ operation: BufferOperation, _ buffers: OperatedBuffers) -> BenchLane {
    let context = context
    let count = context.repetitions { buffers.run(operation, times: $0) }
    return BenchLane(key: operation.rawValue) {
      let elapsed = context.time(count) { buffers.run(operation, times: $0) }
      return [BenchSample(metric: operation.rawValue, value: elapsed / Double(count))]
    }
  }
}

/// What is done to a buffer; afterwards it is as before.
enum BufferOperation: String, CaseIterable {
  /// A page is taken from the pool, made a buffer, and dropped.
  case pair
  /// The same, narrowed from both ends before it is dropped.
  case pairNarrowed = "pair-narrowed"
  /// The same, cut in two inside the page, and both parts dropped.
  case pairSplit = "pair-split"
  /// Cut in two between pages, and joined again.
  case splitJoinPages = "split-join-pages"
  /// Cut in two inside a page, and joined again.
  case splitJoin = "split-join"
  /// Frozen and thawed.
  case freezeThaw = "freeze-thaw"
  /// A slice is made and dropped.
  case slice

  var subject: SubjectName {
    switch self {
    case .pair, .pairNarrowed, .pairSplit, .splitJoinPages, .splitJoin: .pageBuffer
    case .freezeThaw, .slice: .sharedPageBuffer
    }
  }
}

/// The buffers that the operations are done to.
private final class OperatedBuffers {
  private let pool: PagePool
  private var buffer: PageBuffer
  private let shared: SharedPageBuffer

  /// The headers of Ethernet, IPv4 and UDP, and the checksum behind a frame.
  private static let headerByteCount = 42
  private static let trailerByteCount = 4

  init(from pool: PagePool) throws {
    self.pool = pool
    buffer = try PageBuffer(count: 2 * IOPage.pageSize, from: pool)
    shared = try PageBuffer(count: IOPage.pageSize, from: pool).freeze()
  }

  @inline(__always)
  private func takePage() -> PageBuffer {
    do throws(OutOfMemory) {
      return PageBuffer(try pool.allocate(order: 0, contents: .uninitialized))
    } catch {
      fatalError("The region is too small for the workload.")
    }
  }

  func run(_ operation: BufferOperation, times: Int) {
    switch operation {
    case .pair: pair(times)
    case .pairNarrowed: pairNarrowed(times)
    case .pairSplit: pairSplit(times)
    case .splitJoinPages: splitJoin(times, at: IOPage.pageSize)
    case .splitJoin: splitJoin(times, at: Self.headerByteCount)
    case .freezeThaw: freezeThaw(times)
    case .slice: slice(times)
    }
  }

  private func pair(_ times: Int) {
    for _ in 0..<times {
      let buffer = takePage()
      bench_use(UInt(buffer.count))
    }
  }

  private func pairNarrowed(_ times: Int) {
    for _ in 0..<times {
      var buffer = takePage()
      buffer.removeFirst(Self.headerByteCount)
      buffer.removeLast(Self.trailerByteCount)
      bench_use(UInt(buffer.count))
    }
  }

  private func pairSplit(_ times: Int) {
    for _ in 0..<times {
      let parts = takePage().split(at: Self.headerByteCount)
      bench_use(UInt(parts.head.count ^ parts.tail.count))
    }
  }

  private func splitJoin(_ times: Int, at offset: Int) {
    // A driver keeps what it works on in a local variable, which needs no check for exclusive use.
    var local = PageBuffer()
    swap(&local, &buffer)
    for _ in 0..<times {
      var head = local.takeFirst(offset)
      bench_use(UInt(head.count ^ local.count))
      _ = head.join(&local)
      local = head
    }
    swap(&local, &buffer)
  }

  private func freezeThaw(_ times: Int) {
    var local = PageBuffer()
    swap(&local, &buffer)
    for _ in 0..<times {
      var frozen = local.freeze()
      do {
        local = try frozen.thaw()
      } catch {
        fatalError("Nobody else has a reference.")
      }
    }
    swap(&local, &buffer)
  }

  private func slice(_ times: Int) {
    for _ in 0..<times {
      let slice = shared.extracting(Self.headerByteCount..<shared.count)
      bench_use(UInt(slice.count))
    }
  }
}
