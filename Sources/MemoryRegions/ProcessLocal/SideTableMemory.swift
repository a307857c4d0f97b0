// Where an allocator keeps its books: outside the region, so that a stray device write cannot reach
// them, between pages without access, so that nor can a stray write of ours, and backed only where touched, so that the books of a terabyte cost nothing until used.

import SystemPackage

/// Zeroed memory for allocator metadata. A forked child reads zeros there, and dropping the child's
/// copy does nothing.
package final class SideTableMemory: Sendable {
  /// Bytes that can be used: what was asked for, rounded up to whole pages.
  package let byteCount: Int
  private let address: Int
  private let owner: ProcessGeneration
  private let systemCalls: SystemCalls

  /// Maps at least `byteCount` bytes, page aligned.
  /// - Throws: `.sideTablesRefused`.
  /// - Precondition: `byteCount` is positive.
  package init(byteCount: Int, systemCalls: SystemCalls = .linux) throws(RegionError) {
    precondition(byteCount > 0, "side tables of no size")
    let (padded, tooLarge) = byteCount.addingReportingOverflow(pageByteCount - 1)
    guard !tooLarge else {
      throw RegionError(.sideTablesRefused, detail: "\(byteCount) bytes")
    }
    let rounded = padded & -pageByteCount
    let owner = try ProcessGeneration.current(systemCalls)
    self.address = try WipedMemory.map(rounded, systemCalls)
    self.byteCount = rounded
    self.owner = owner
    self.systemCalls = systemCalls
  }

  deinit {
    if owner.isThisProcess { WipedMemory.unmap(address, byteCount, systemCalls) }
  }

  /// The first byte. Valid while this object lives.
  @unsafe package var baseAddress: UnsafeMutableRawPointer {
    // A mapping's address is never zero.
    unsafe UnsafeMutableRawPointer(bitPattern: address).unsafelyUnwrapped
  }
}
