// The memory of a copy: one region, one pool over it, and of the region only as much committed as
// the blocks can take, since committing is what costs time.

package import IOPages
import IORings
package import MemoryRegions
import SystemPackage

/// The region and the pool that the blocks of a copy come from.
package struct CopyMemory {
  package let region: MemoryRegion
  package let pool: PagePool

  /// Opens a region as `options` ask for, with room for `blockCount` blocks if it is that large.
  package init(_ options: CopyOptions, blockCount: Int) throws(CopyError) {
    var regionOptions = RegionOptions(byteCount: options.regionByteCount)
    regionOptions.initiallyCommitted = Self.committedByteCount(options, blockCount: blockCount)
    regionOptions.backing = options.backing
    // Memory that a device may write to must not become another process's by a fork.
    regionOptions.excludedFromForks = true
    if let node = options.numaNode { regionOptions.placement = .bind(to: NUMANode(node)) }
    do throws(RegionError) {
      region = try MemoryRegion(regionOptions)
      pool = try PagePool(region: region)
    } catch {
      throw .region(error)
    }
  }

  /// The bytes that `blockCount` blocks can take, each placed as the smallest order that holds it;
  /// never more than the region, and a whole number of huge pages.
  package static func committedByteCount(_ options: CopyOptions, blockCount: Int) -> Int {
    let region = options.regionByteCount
    // A region that cannot be is the region's own to refuse, and no block is larger than it.
    guard region > 0, options.blockByteCount <= region else { return region }
    var block = IOPage.pageSize
    while block < options.blockByteCount {
      guard block <= region / 2 else { return region }
      block *= 2
    }
    guard blockCount <= region / block else { return region }
    let unit = options.backing.pageByteCount
    let needed = (block * blockCount).dividedRoundingUp(by: unit) * unit
    return min(needed, region)
  }
}

extension Int {
  func dividedRoundingUp(by divisor: Int) -> Int {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder == 0 ? quotient : quotient + 1
  }
}

extension Backing {
  /// The bytes that the kernel commits at a time where it can.
  var pageByteCount: Int {
    switch self {
    case .basePages: IOPage.pageSize
    case .transparentHugePages, .hugePages2MiB: 2 << 20
    case .hugePages1GiB: 1 << 30
    }
  }
}
