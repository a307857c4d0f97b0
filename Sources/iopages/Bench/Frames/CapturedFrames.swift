// The frames of a capture in memory, as a driver has them: each in pages of its own, at their start,
// where a device has put it. The loop in C parses the bytes of the unique buffers where they lie.

import CBenchSupport
import IOPages

/// The frames of a capture, in buffers.
@safe
final class CapturedFrames {
  private var buffers: UniqueArray<PageBuffer>
  private let shared: [SharedPageBuffer]
  /// Where the bytes of `buffers` are.
  private let places: [bench_frame]

  /// - Throws: ``RegionError`` or ``OutOfMemory``, if there is not enough memory for the frames.
  init(_ capture: CaptureFile) throws {
    // Each frame is there twice, in a block of a power of two.
    let pages = capture.frames.reduce(0) { $0 + 4 * ($1.count / IOPage.pageSize + 1) }
    let pool = try PagePool.forMeasuring(byteCount: max(64 << 20, pages * IOPage.pageSize))
    var buffers = UniqueArray<PageBuffer>(minimumCapacity: capture.frames.count)
    var shared: [SharedPageBuffer] = []
    var places: [bench_frame] = unsafe []
    for frame in capture.frames {
      // Bytes, of which every one is there.
      let buffer = try unsafe PageBuffer(copying: frame.span.bytes, from: pool)
      let second = try unsafe PageBuffer(copying: frame.span.bytes, from: pool)
      // The bytes stay where they are as long as this object has the buffer.
      let place = unsafe bench_frame(
        bytes: buffer.baseAddress.assumingMemoryBound(to: UInt8.self), byte_count: buffer.count)
      unsafe places.append(place)
      buffers.append(buffer)
      shared.append(second.freeze())
    }
    self.buffers = buffers
    self.shared = shared
    unsafe self.places = places
  }

  var count: Int { shared.count }

  /// Parses all frames so many times, as that subject does.
  ///
  /// - Returns: what all of them say, once; nil if the subject parses no frames.
  func totals(of name: SubjectName, _ check: HeaderCheck, times: Int) -> FrameTotals? {
    switch (name, check) {
    case (.pageBuffer, _): HeaderLoops.totals(of: buffers, check, times: times)
    case (.sharedPageBuffer, _): HeaderLoops.totals(of: shared, check, times: times)
    // They read as many bytes of each place as it has.
    case (.c, .fields): unsafe totalsInC(times: times, bench_parse_frames)
    case (.c, .checksum): unsafe totalsInC(times: times, bench_parse_and_verify_frames)
    default: nil
    }
  }

  private typealias LoopInC = (UnsafePointer<bench_frame>?, Int) -> bench_frame_totals

  private func totalsInC(times: Int, _ parse: LoopInC) -> FrameTotals {
    // The array is there for the length of the calls, and so are the buffers.
    unsafe places.withUnsafeBufferPointer { places in
      var totals = FrameTotals()
      for _ in 0..<times {
        totals = unsafe FrameTotals(parse(places.baseAddress, places.count))
      }
      return totals
    }
  }
}

extension CapturedFrames {
  /// Parses all frames so many times, cuts the headers off the payload, looks at both, and joins
  /// them again.
  func splitAndJoin(times: Int) {
    for _ in 0..<times {
      for index in buffers.indices { splitAndJoin(index) }
    }
  }

  @inline(__always)
  private func splitAndJoin(_ index: Int) {
    var frame = PageBuffer()
    swap(&frame, &buffers[index])
    if let headers = HeaderParser.headers(of: frame, verifies: false) {
      var head = frame.takeFirst(headers.payload.lowerBound)
      bench_use(UInt(head.count ^ frame.count))
      _ = head.join(&frame)
      swap(&frame, &head)
    }
    swap(&frame, &buffers[index])
  }
}
