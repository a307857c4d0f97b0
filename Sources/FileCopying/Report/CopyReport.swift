// What a copy has done, and what it was given to do it with.

package import IOPages
package import MemoryRegions

/// The outcome of a copy that is complete.
package struct CopyReport: Sendable {
  /// The length of the file in bytes.
  package let byteCount: Int
  /// The time from the first read until the destination had its name on the device; comparing is
  /// not part of it.
  package let duration: Duration
  /// Whether both files were read again and compared.
  package let isVerified: Bool
  package let granted: CopyGrant
  /// The pool at the end, the blocks still taken.
  package let statistics: PoolStatistics

  /// Bytes per second.
  package var rate: Double {
    duration > .zero ? Double(byteCount) / duration.inSeconds : 0
  }
}

/// What a copy was given, of what was asked for.
package struct CopyGrant: Equatable, Sendable {
  /// The memory behind the blocks.
  package let region: GrantedRegion
  /// The bytes reserved for the region, and those committed.
  package let regionByteCount: Int, committedByteCount: Int
  /// The bytes of a block, and how many blocks there were room for.
  package let blockByteCount: Int, blockCount: Int
  package let method: TransferMethod
  /// Whether the source was read past the page cache, to the end.
  package let readsDirectly: Bool
  /// Whether the destination was written past the page cache, to the end.
  package let writesDirectly: Bool
}
