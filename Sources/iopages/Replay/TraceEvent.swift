// What a page allocator was asked for, as it was recorded: one event is one line of text.
//
//   a CPU ORDER ID MIGRATETYPE PFN    allocation ID of 2^ORDER pages; the kernel took them at PFN
//   f CPU ORDER ID                    its free
//
// The migrate type is Linux's guess at how long the pages will live. It is checked and not kept:
// callers of this allocator give no such hint.

/// One request of a recorded trace.
package struct TraceEvent: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    case allocation
    case free
  }

  package var kind: Kind
  /// The processor that made the request.
  package var processor: Int
  /// The binary logarithm of the number of pages.
  package var order: Int
  /// The allocation's name in the trace. A name may be used again once its block is free.
  package var block: UInt64
  /// The first of the page frames that the recorded system took; 0 for a free.
  package var frame: UInt64

  package init(kind: Kind, processor: Int, order: Int, block: UInt64, frame: UInt64 = 0) {
    self.kind = kind
    self.processor = processor
    self.order = order
    self.block = block
    self.frame = frame
  }
}

/// What is wrong with a trace, and in which line.
package struct TraceError: Error, Equatable, CustomStringConvertible {
  /// Counted from 1; nil if no line is to blame.
  package let line: Int?
  package let reason: String

  package init(line: Int?, _ reason: String) {
    self.line = line
    self.reason = reason
  }

  package var description: String {
    line.map { "line \($0): \(reason)" } ?? reason
  }
}
