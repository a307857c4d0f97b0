// What secret memory does not do. The kernel refuses some of it in ways that say little, and grants
// some that would be wrong: advice to drop locked pages succeeds, for one, and leaves their contents.

extension MemoryRegion {
  /// Whether nobody but this process can read the region's memory. False for a region that was to be
  /// secret and is not, because `granted.unmet` says why not.
  public var isSecret: Bool { granted.storage == .secret }

  /// Throws `.secretMemory` for what secret memory cannot have done to it.
  func checkNotSecret(_ what: String) throws(RegionError) {
    if isSecret { throw RegionError(.secretMemory, detail: what) }
  }
}
