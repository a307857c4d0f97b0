public import MemoryRegions
public import PagePools

/// Why a pool cannot be recovered. The memory file holds what it held: recovery can be tried again, and
/// then tells of the same operation that was under way.
public enum RecoveryError: Error, Equatable, Sendable {
  /// The pool has an owner that lives, in another process or in this one.
  case alreadyOwned
  /// The file cannot be mapped as asked for, or is no memory file of a pool.
  case region(RegionError)
  /// What the file says of the pool's blocks is not what a pool writes.
  case table(BlockTableError)

  init(_ error: RegionError) {
    self = error.kind == .alreadyOwned ? .alreadyOwned : .region(error)
  }
}

extension RecoveryError: CustomStringConvertible {
  /// What is wrong, and what can be changed.
  public var description: String {
    switch self {
    case .alreadyOwned: RegionError(.alreadyOwned).description
    case .region(let error): error.description
    case .table(let error): error.description
    }
  }
}
