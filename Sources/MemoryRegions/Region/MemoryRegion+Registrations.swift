// A device that a region is registered with has its pages pinned: discarding or moving one would
// leave the device on the old page. So registrations are counted, and what would do such a thing
// is refused while there are any.

import Synchronization

/// What a region is registered with.
public struct RegistrationKind: Hashable, Sendable {
  enum Code: Hashable, Sendable { case ioUring, vfio, xdp, exportedDescriptor }

  let code: Code

  /// io_uring's fixed buffers.
  public static let ioUring = RegistrationKind(code: .ioUring)
  /// An IOMMU mapping through VFIO.
  public static let vfio = RegistrationKind(code: .vfio)
  /// The memory of AF_XDP sockets.
  public static let xdp = RegistrationKind(code: .xdp)
  /// A descriptor handed to another process.
  public static let exportedDescriptor = RegistrationKind(code: .exportedDescriptor)
}

/// A registration of a region, until it is dropped. It keeps the region mapped.
public struct RegionRegistration: ~Copyable, Sendable {
  /// The region.
  public let region: MemoryRegion
  /// What it is registered with.
  public let kind: RegistrationKind
  /// The bytes that it covers, from the region's start: those committed, and in memory, when it was
  /// made. What is committed later is not part of it.
  public let byteCount: Int

  fileprivate init(_ region: MemoryRegion, _ kind: RegistrationKind, _ byteCount: Int) {
    self.region = region
    self.kind = kind
    self.byteCount = byteCount
  }

  deinit { region.registrations.wrappingSubtract(1, ordering: .releasing) }
}

extension MemoryRegion {
  /// Registrations alive. One atomic load.
  public var registrationCount: Int { registrations.load(ordering: .acquiring) }

  /// Announces that a device is to use the committed bytes, which are populated first if they
  /// were not, or were discarded. The registration says how many they are: another thread may
  /// commit more meanwhile.
  ///
  /// Drop the registration after the device has let go of the memory, not before.
  /// - Throws: `.notRegistrable` for private memory that forked children get too: the first write
  ///   after a fork would leave the device on the child's page. `.secretMemory`, `.guarded`,
  ///   `.notEnoughMemory`, `.populationRefused`, `.notOwner`.
  public func register(_ kind: RegistrationKind) throws(RegionError) -> RegionRegistration {
    try checkOwner()
    let byteCount = try changes.withVisibleLock { _ throws(RegionError) in
      try checkNotSecret("registering it with a device")
      guard granted.guardMethod == nil else { throw RegionError(.guarded) }
      guard granted.isExcludedFromForks || granted.storage.isShared else {
        throw RegionError(.notRegistrable)
      }
      // Read under the lock: no commit may come between what is populated and what is promised.
      let byteCount = committedByteCount
      if !granted.isPopulated || hasDiscarded.load(ordering: .relaxed) {
        try mapping.bringIn(0..<byteCount)
      }
      registrations.wrappingAdd(1, ordering: .relaxed)
      return byteCount
    }
    return RegionRegistration(self, kind, byteCount)
  }
}
