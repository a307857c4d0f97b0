// The numbers of a region, checked before the kernel is asked for anything.

/// The page this package works in, in bytes.
package let pageByteCount = 4096

/// A region's sizes and alignment, all valid.
package struct RegionLayout: Equatable {
  /// Bytes to reserve.
  package var byteCount: Int
  /// Bytes to commit at open.
  package var initiallyCommitted: Int
  /// The order of the largest block.
  package var largestOrder: Int
  /// What the base is a multiple of, in bytes.
  package var alignment: Int

  /// 128 TiB, which x86-64 gives a process unless it asks for more; AArch64 gives as much or more
  /// with 48-bit addresses.
  static let addressSpaceByteCount = 1 << 47

  /// Blocks of 1 GiB.
  static let defaultLargestOrder = 18

  package init(_ options: RegionOptions) throws(RegionError) {
    let byteCount = options.byteCount
    guard byteCount > 0, byteCount % pageByteCount == 0 else {
      throw RegionError(.invalidByteCount, detail: "\(byteCount) bytes")
    }
    guard byteCount < Self.addressSpaceByteCount else {
      throw RegionError(.largerThanAddressSpace, detail: "\(byteCount) bytes")
    }
    let committed = options.initiallyCommitted ?? byteCount
    guard committed >= 0, committed <= byteCount, committed % pageByteCount == 0 else {
      throw RegionError(
        .invalidCommitSize, detail: "\(committed) bytes of \(byteCount) reserved")
    }
    if let hugePage = options.backing.poolPageByteCount {
      for size in [byteCount, committed] where size % hugePage != 0 {
        throw RegionError(
          .notWholeHugePages, detail: "\(size) bytes in huge pages of \(hugePage)")
      }
    }
    let pages = byteCount / pageByteCount
    let largestFitting = Int.bitWidth - 1 - pages.leadingZeroBitCount
    let largestOrder = options.largestOrder ?? min(Self.defaultLargestOrder, largestFitting)
    guard (0...35).contains(largestOrder) else {
      throw RegionError(.invalidLargestOrder, detail: "order \(largestOrder)")
    }
    self.byteCount = byteCount
    self.initiallyCommitted = committed
    self.largestOrder = largestOrder
    self.alignment = max(
      pageByteCount << largestOrder, options.backing.hugePageByteCount ?? pageByteCount)
  }
}

extension Backing {
  /// The size of the pages that come from the kernel's pool of huge pages; nil if none do.
  var poolPageByteCount: Int? { poolPageShift.map { 1 << $0 } }

  /// The size of the huge pages that back the region, or may; nil if none may.
  var hugePageByteCount: Int? {
    self == .transparentHugePages ? Self.transparentHugePageByteCount : poolPageByteCount
  }

  /// The size of transparent huge pages on x86-64, and on AArch64 with base pages of 4096 bytes.
  private static let transparentHugePageByteCount = 2 << 20

  /// The base-2 logarithm of `poolPageByteCount`.
  var poolPageShift: Int? {
    switch self {
    case .basePages, .transparentHugePages: nil
    case .hugePages2MiB: 21
    case .hugePages1GiB: 30
    }
  }

  /// What to try where this backing cannot be had and the caller allows less.
  var lesser: Backing? {
    switch self {
    case .hugePages1GiB: .hugePages2MiB
    case .hugePages2MiB: .transparentHugePages
    case .transparentHugePages: .basePages
    case .basePages: nil
    }
  }
}
