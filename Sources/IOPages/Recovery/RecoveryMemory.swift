// What a recoverable pool has besides the memory of any pool: the ownership of its memory file, and the
// block table behind the pages.

internal import MemoryRegions
internal import PagePools
internal import SystemPackage

/// The ownership and the block table of a recoverable pool. Both are let go of with the pool's memory.
@safe
final class RecoveryMemory: Sendable {
  private let ownership: MemoryFileOwnership
  private let window: MemoryFileWindow
  let table: BlockTable

  /// Maps the table that the layout tells of.
  ///
  /// - Parameter afterStore: called after each store to the table: the place for a test to end the
  ///   process.
  /// - Throws: `RegionError`.
  /// - Precondition: the file has as many bytes as the layout says.
  init(
    _ ownership: MemoryFileOwnership, _ layout: BlockTableLayout, of file: FileDescriptor,
    isPopulated: Bool, afterStore: (@Sendable () -> Void)?
  ) throws(RegionError) {
    self.ownership = ownership
    window = try MemoryFileWindow(
      of: file, offset: layout.pageCount << PagePool.pageShift, byteCount: layout.byteCount,
      isPopulated: isPopulated)
    // The window has the layout's bytes, and lives as long as the table is used.
    var table = unsafe BlockTable(window.baseAddress, layout: layout)
    table.afterStore = afterStore
    self.table = table
  }
}

extension RegionOptions {
  /// - Throws: `.recoveryUnsupported` for regions that a pool cannot be recovered from.
  func checkRecoverable() throws(RegionError) {
    switch backing {
    case .basePages, .transparentHugePages: break
    // The table would have to be in huge pages as well.
    case .hugePages2MiB, .hugePages1GiB:
      throw RegionError(.recoveryUnsupported, detail: "huge pages")
    }
    guard initiallyCommitted ?? byteCount == byteCount else {
      throw RegionError(.recoveryUnsupported, detail: "a region that grows")
    }
  }
}
