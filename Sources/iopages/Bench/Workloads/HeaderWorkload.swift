// W12: what a driver does with every frame that it receives: it reads the headers and finds out where
// the payload is. The frames are those of a capture, each in pages of its own, where a device would
// have put them; a loop in C parses the same bytes.

import CBenchSupport
import IOPages

/// W12.
struct HeaderWorkload {
  var context: BenchContext
  /// The subjects to measure, of those that can parse.
  var names: [SubjectName]

  func lanes() throws -> [SubjectLane] {
    let frames = try CapturedFrames(context.capture ?? .shipped())
    var lanes: [SubjectLane] = []
    for check in HeaderCheck.allCases {
      let expected = frames.totals(of: .c, check, times: 1)
      for name in names {
        guard let found = frames.totals(of: name, check, times: 1) else { continue }
        // Figures of parsers that disagree would compare nothing.
        precondition(found == expected, "\(name.rawValue) parses the frames in another way than C.")
        let parse: (Int) -> Void = { _ = frames.totals(of: name, check, times: $0) }
        lanes.append((name, lane(check.rawValue, frameCount: frames.count, parse)))
      }
    }
    if names.contains(.pageBuffer) {
      let split: (Int) -> Void = { frames.splitAndJoin(times: $0) }
      lanes.append((.pageBuffer, lane("parse-split-join", frameCount: frames.count, split)))
    }
    return lanes
  }

  /// - Parameter parse: goes through all frames so many times.
  private func lane(
    _ metric: String, frameCount: Int, _ parse: @escaping (_ times: Int) -> Void
  ) -> BenchLane {
    let context = context
    let count = context.repetitions(parse)
    return BenchLane(key: metric) {
      let elapsed = context.time(count, parse)
      return [BenchSample(metric: metric, value: elapsed / Double(count * frameCount))]
    }
  }
}

/// How much of the headers is checked.
enum HeaderCheck: String, CaseIterable {
  /// Types, versions, lengths, and that it is no fragment.
  case fields = "parse"
  /// The checksum of the IPv4 header, too.
  case checksum = "parse-verified"
}
