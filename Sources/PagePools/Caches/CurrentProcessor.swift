// For those who choose a pool by the processor that asks: its number, read as the caches read it.

public import CPageMemory

/// Where a thread finds the number of the processor that it runs on.
@frozen
@usableFromInline
package struct CurrentProcessor: Sendable {
  /// Where a thread's rseq area lies from its thread pointer; 0: it has none, and the number costs a
  /// call.
  @usableFromInline let area: UInt

  package init() { area = Platform.sequencesArea }

  /// The number of the processor that the calling thread ran on a moment ago.
  @inlinable
  @inline(__always)
  package var number: UInt { UInt(page_memory_current_processor(area)) }
}
