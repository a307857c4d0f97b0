// The one mapping that a pool lives on.
//
//      base, aligned to the largest block                            base + byteCount
//      |== committed: backed, placed, populated, locked ==|.. reserved: no access ..|
//                                             commit(pages:) -->
//
// A region hands out no pages itself and knows nothing of blocks in use. It lives as long as
// anything refers to it: its pool, its registrations, the caller.

import Synchronization
public import SystemPackage

/// One large range of memory, taken from the kernel at once.
///
/// All members may be used from any thread. In a forked child a region of the parent is dead:
/// every operation throws `.notOwner`, and dropping it does nothing.
public final class MemoryRegion: Sendable {
  /// Bytes reserved.
  public let byteCount: Int
  /// Exactly what was granted of the options.
  public let granted: GrantedRegion

  private let openedMapping: RegionMapping
  /// Changed while `changes` is held, read at any time.
  let placementInForce: Mutex<Placement>
  private let owner: ProcessGeneration
  /// The address space that the region shares with other slices; nil if all of its is its own.
  let sharedReservation: SharedReservation?
  let committed: Atomic<Int>
  let registrations = Atomic<Int>(0)
  /// Held while the mapping is changed: one commit, registration or discard at a time.
  let changes = Mutex(())
  let claim = Mutex(Claim())
  /// The pages made inaccessible.
  let guards: Mutex<GuardBook>
  /// Whether pages were ever discarded.
  let hasDiscarded = Atomic(false)
  /// Whether somebody outside the package may have written to the memory.
  let hasGivenAddress = Atomic(false)

  /// Opens a region.
  ///
  /// Reserving costs a few system calls; committing with population costs the time to clear the
  /// memory, about 0.3 s for each GiB.
  /// - Throws: `RegionError`: an option makes no sense, or is not granted and not allowed to go
  ///   unmet. Nothing is left behind then.
  public convenience init(_ options: RegionOptions) throws(RegionError) {
    try self.init(options, systemCalls: .linux)
  }

  /// Opens a region through a system-call table of the caller's.
  package convenience init(
    _ options: RegionOptions, systemCalls: SystemCalls
  ) throws(RegionError) {
    try self.init(options, systemCalls, within: nil)
  }

  /// Opens a region at a place of a reservation that it shares, or in one of its own.
  init(
    _ options: RegionOptions, _ systemCalls: SystemCalls,
    within place: (reservation: SharedReservation, base: Int)?,
    file: MemoryFileSource = .new(trailingByteCount: 0)
  ) throws(RegionError) {
    let owner = try ProcessGeneration.current(systemCalls)
    let (mapping, granted) = try RegionOpening.open(
      options, systemCalls, at: place?.base, file: file)
    self.owner = owner
    self.sharedReservation = place?.reservation
    self.openedMapping = mapping
    self.placementInForce = Mutex(granted.placement)
    self.granted = granted
    self.byteCount = mapping.byteCount
    self.guards = Mutex(GuardBook(granted.guardMethod, mapping.systemCalls))
    self.committed = Atomic(mapping.options.initiallyCommitted ?? 0)
  }

  deinit {
    // In a forked child the mapping is a copy that the parent's pages may still be read through.
    guard isOwnedByThisProcess else { return }
    guards.withVisibleLock { $0.end() }
    if sharedReservation == nil {
      openedMapping.unmap()
    } else {
      openedMapping.returnToReservation()
    }
  }

  /// The address of the first byte. Bytes `0..<committedByteCount` from there can be used while
  /// the region lives.
  ///
  /// Who has the address can write, so a pool that is opened over the region afterwards knows
  /// nothing of its contents, and clears pages that are to be zero. While a pool has the region,
  /// only bytes of pages taken from the pool may be written through this address.
  @unsafe public var baseAddress: UnsafeMutableRawPointer {
    hasGivenAddress.store(true, ordering: .relaxed)
    return unsafe address
  }

  /// The address of the first byte, for those who write to pages of a pool only: reading it leaves
  /// what is known of the contents as it is.
  @unsafe package var address: UnsafeMutableRawPointer {
    // A mapping's address is never zero.
    unsafe UnsafeMutableRawPointer(bitPattern: openedMapping.base).unsafelyUnwrapped
  }

  /// The memory file behind the region, sealed in its size; nil for anonymous and secret
  /// storage. It belongs to the region: duplicate it to keep it. Who can write to it is trusted with the contents.
  public var fileDescriptor: FileDescriptor? {
    openedMapping.file.map { FileDescriptor(rawValue: $0) }
  }

  /// The placement in force: the one granted, or what `migrate(to:)` made of it. What is committed
  /// later follows it. One lock, held for a moment; in a forked child what was granted.
  public var placement: Placement {
    // The parent may have held the lock.
    guard isOwnedByThisProcess else { return granted.placement }
    return placementInForce.withVisibleLock { $0 }
  }

  /// The mapping, with the placement in force.
  var mapping: RegionMapping {
    var mapping = openedMapping
    mapping.options.placement = placement
    return mapping
  }

  /// The calls that the region is made with, for whoever needs memory beside it.
  package var systemCalls: SystemCalls { openedMapping.systemCalls }

  /// Whether this process opened the region, and not the one that this was forked from. One load.
  package var isOwnedByThisProcess: Bool { owner.isThisProcess }

  /// Throws `.notOwner` in a forked child, before any lock that the parent may have held.
  func checkOwner() throws(RegionError) {
    guard isOwnedByThisProcess else { throw RegionError(.notOwner) }
  }
}
