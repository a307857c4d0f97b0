// A copy's outcome, for people and for programs.

import FileCopying
import IOPages

extension CopyReport {
  /// The blocks that were taken when the report was made, each by its pages.
  private var picture: PoolPicture {
    PoolPicture(
      statistics,
      usedPageCounts: Array(
        repeating: granted.blockByteCount / IOPage.pageSize, count: granted.blockCount))
  }

  /// Lines for a person.
  var lines: [String] {
    let size = ByteSize(byteCount: byteCount)
    let rate = ByteSize(byteCount: Int(self.rate)).rounded
    return [
      "copied \(size) in \(duration.inSeconds.formatted(decimals: 3)) s (\(rate)/s)"
        + (isVerified ? ", verified" : ""),
      "granted: \(granted.phrases.joined(separator: "; "))",
    ] + picture.lines()
  }

  /// One object for a program.
  package var json: JSONValue {
    .object([
      ("bytes", .integer(byteCount)), ("seconds", .number(duration.inSeconds)),
      ("bytes_per_second", .integer(Int(rate))), ("verified", .bool(isVerified)),
      ("granted", granted.json), ("orders", picture.json),
    ])
  }
}

extension CopyGrant {
  fileprivate var phrases: [String] {
    let transfers =
      switch method {
      case .ring: "io_uring with the region as fixed buffers"
      case .ringWithoutFixedBuffers(let errno):
        "io_uring without fixed buffers, since they are refused (\(errno))"
      case .calls: "pread and pwrite"
      case .callsSinceRefused(let errno): "pread and pwrite, since io_uring is refused (\(errno))"
      }
    let reserved = ByteSize(byteCount: regionByteCount)
    let committed = ByteSize(byteCount: committedByteCount)
    return [
      transfers,
      "\(readsDirectly ? "direct" : "buffered") reads",
      "\(writesDirectly ? "direct" : "buffered") writes",
      "\(blockCount) \(blockCount == 1 ? "block" : "blocks") of \(ByteSize(byteCount: blockByteCount))",
      "\(committed) committed of \(reserved)",
      "huge pages: \(HugePages(region.backing).rawValue)\(hugePageText)",
      "placement: \(region.placement)\(checkText)",
    ]
  }

  /// How much of the memory lies in huge pages: transparent ones may be asked for in vain.
  private var hugePageText: String {
    guard region.backing != .basePages else { return "" }
    return region.hugePageByteCount.map { " (\(ByteSize(byteCount: $0)) in huge pages)" }
      ?? " (how much, the kernel does not say)"
  }

  private var checkText: String {
    switch region.placementCheck {
    case .notNeeded: ""
    case .everyPage: " (every page checked)"
    case .policyOnly: " (the policy checked, not the pages)"
    case .unverified: " (not verified)"
    }
  }

  fileprivate var json: JSONValue {
    .object([
      ("io_uring", .bool(usesRing)), ("fixed_buffers", .bool(method == .ring)),
      ("io_uring_refused", refusal.map { .string($0) } ?? .null),
      ("fixed_buffers_refused", fixedBufferRefusal.map { .string($0) } ?? .null),
      ("direct_reads", .bool(readsDirectly)), ("direct_writes", .bool(writesDirectly)),
      ("block", .integer(blockByteCount)), ("blocks", .integer(blockCount)),
      ("region", .integer(regionByteCount)), ("committed", .integer(committedByteCount)),
      ("huge_pages", .string(HugePages(region.backing).rawValue)),
      ("huge_page_bytes", JSONValue(region.hugePageByteCount)),
      ("placement", .string("\(region.placement)")),
      ("placement_check", .string(checkName)),
    ])
  }

  private var checkName: String {
    switch region.placementCheck {
    case .notNeeded: "not_needed"
    case .everyPage: "every_page"
    case .policyOnly: "policy_only"
    case .unverified: "unverified"
    }
  }

  private var usesRing: Bool {
    switch method {
    case .ring, .ringWithoutFixedBuffers: true
    case .calls, .callsSinceRefused: false
    }
  }

  private var refusal: String? {
    switch method {
    case .ring, .ringWithoutFixedBuffers, .calls: nil
    case .callsSinceRefused(let errno): "\(errno)"
    }
  }

  private var fixedBufferRefusal: String? {
    switch method {
    case .ringWithoutFixedBuffers(let errno): "\(errno)"
    case .ring, .calls, .callsSinceRefused: nil
    }
  }
}
