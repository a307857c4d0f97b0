// W11: integers of two bytes in network byte order, read one after the other: what the checks of
// bounds and the byte order cost, beside the same loop over a plain pointer.

import CBenchSupport
import IOPages

/// W11: loads from a page and from a block, in ascending order and at random.
struct IntegerWorkload {
  var context: BenchContext
  /// The subjects to measure, of those that have integers.
  var names: [SubjectName]

  private static let byteCounts = [4096, 65_536]

  func lanes() throws -> [SubjectLane] {
    let pool = try PagePool.forMeasuring(byteCount: 64 << 20)
    var lanes: [SubjectLane] = []
    for byteCount in Self.byteCounts {
      let subjects = try MeasuredBytes(byteCount: byteCount, from: pool)
      for order in LoadOrder.allCases {
        let expected = subjects.sum(of: .rawPointer, order, times: 1)
        for name in names {
          guard let found = subjects.sum(of: name, order, times: 1) else { continue }
          precondition(found == expected, "\(name.rawValue) reads other integers than a pointer.")
          lanes.append(
            (name, lane(order.rawValue, byteCount) { _ = subjects.sum(of: name, order, times: $0) })
          )
        }
      }
    }
    return lanes
  }

  /// - Parameter load: goes through all bytes so many times.
  private func lane(
    _ metric: String, _ byteCount: Int, _ load: @escaping (_ times: Int) -> Void
  ) -> BenchLane {
    let context = context
    let count = context.repetitions(load)
    return BenchLane(key: "\(metric)-\(byteCount)") {
      let elapsed = context.time(count, load)
      return [
        BenchSample(
          metric: metric, byteCount: byteCount, value: elapsed / Double(count * byteCount / 2))
      ]
    }
  }
}

/// Where the next integer is.
enum LoadOrder: String, CaseIterable {
  /// Behind the last one, in a loop that counts offsets.
  case ascending = "load-16"
  /// Behind the last one, in a loop over the sequence of the offsets.
  case strided = "load-16-strided"
  /// Behind the last one, in a loop that counts integers and doubles their number.
  case indexed = "load-16-indexed"
  /// At an offset that a table names, which need not be even.
  case scattered = "load-16-scattered"
}
