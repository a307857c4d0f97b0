// The loops over frames that are measured. Two of them, as there are in C, so that neither asks for
// each frame what is to be checked; each is compiled for its kind of buffer, and by itself.

import CBenchSupport
import IOPages

/// Goes through frames and adds up what their headers say.
enum HeaderLoops {
  /// Parses all frames so many times, and returns what all of them say, once.
  static func totals(
    of frames: borrowing UniqueArray<PageBuffer>, _ check: HeaderCheck, times: Int
  ) -> FrameTotals {
    switch check {
    case .fields: parse(frames.span, times: times)
    case .checksum: parseAndVerify(frames.span, times: times)
    }
  }

  /// Parses all frames so many times, and returns what all of them say, once.
  static func totals(
    of frames: [SharedPageBuffer], _ check: HeaderCheck, times: Int
  ) -> FrameTotals {
    switch check {
    case .fields: parse(frames.span, times: times)
    case .checksum: parseAndVerify(frames.span, times: times)
    }
  }

  @inline(never)
  private static func parse<Frame: ReadableBytes & ~Copyable>(
    _ frames: Span<Frame>, times: Int
  ) -> FrameTotals {
    var totals = FrameTotals()
    for _ in 0..<times {
      totals = FrameTotals()
      for index in frames.indices {
        if let headers = HeaderParser.headers(of: frames[index], verifies: false) {
          totals.add(headers)
        }
      }
      // The next round has to read all of it again.
      bench_use(UInt(truncatingIfNeeded: totals.fields))
    }
    return totals
  }

  @inline(never)
  private static func parseAndVerify<Frame: ReadableBytes & ~Copyable>(
    _ frames: Span<Frame>, times: Int
  ) -> FrameTotals {
    var totals = FrameTotals()
    for _ in 0..<times {
      totals = FrameTotals()
      for index in frames.indices {
        if let headers = HeaderParser.headers(of: frames[index], verifies: true) {
          totals.add(headers)
        }
      }
      bench_use(UInt(truncatingIfNeeded: totals.fields))
    }
    return totals
  }
}
