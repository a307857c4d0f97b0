// The first bytes of a pool's control block: all that the common path reads of a pool besides the
// cache of the processor that it runs on. They stand in a line of their own, which is written only
// when the pool is sealed or unsealed.
//
//   0   limit    processors 0..<limit may use their caches; 0: sealed, or a forked child, in which
//                the kernel has wiped this memory
//   4   library  as `limit`, for this library's own functions. Under the address sanitizer `limit` is
//                always zero, so that no page passes them by (PoolReference+Poisoning.swift)
//   8   area     where a thread's rseq area lies from its thread pointer; 0: use exchanges
//   16  caches   the first processor's cache
//   24  number   as `area`, for reading the processor's number without sections
//   32  mark     nonzero while the pool serves this process
//   40  parent   in the account of a client (ClientAccount.swift), which begins like this and has zero
//                in everything else: the pool's control block
//   48  poisons  whether the address sanitizer runs
//
// CPageMemoryCache.h, whose critical sections read the first three, has the same picture.

public import Synchronization

/// The head of a control block, at address zero of it.
@safe
@usableFromInline
struct PoolHead: ~Copyable {
  static let byteCount = 128
  static let aliveMark: UInt64 = 0x4c4f_4f50  // "POOL"

  @usableFromInline let limit: Atomic<UInt32>
  let libraryLimit: Atomic<UInt32>
  @usableFromInline let area: UInt
  @usableFromInline let caches: UnsafeMutableRawPointer?
  @usableFromInline let number: UInt
  let mark: Atomic<UInt64>
  let parent: UnsafeMutableRawPointer?
  let poisons: Bool

  /// The head of a pool that is sealed still.
  ///
  /// - Parameter caches: zeroed memory for every processor's cache; nil where there are none.
  @unsafe
  init(method: ProcessorCacheMethod, caches: UnsafeMutableRawPointer?) {
    let area = Platform.sequencesArea
    limit = Atomic(0)
    libraryLimit = Atomic(0)
    self.area = method == .restartableSequences ? area : 0
    unsafe self.caches = caches
    number = area
    mark = Atomic(PoolHead.aliveMark)
    unsafe parent = nil
    poisons = Platform.hasAddressSanitizer
  }

  /// The head of a client's account.
  @unsafe
  init(clientOf parent: UnsafeMutableRawPointer) {
    limit = Atomic(0)
    libraryLimit = Atomic(0)
    area = 0
    unsafe caches = nil
    number = 0
    mark = Atomic(0)
    unsafe self.parent = parent
    poisons = false
  }
}

extension PoolReference {
  /// The head of the control block: atomic fields, and fields that never change. In a forked child
  /// all of it is zero.
  @unsafe
  @inlinable
  @inline(__always)
  var head: UnsafeMutablePointer<PoolHead> {
    // Bound in init(creating:), and valid as the type's contract says.
    unsafe pointer.assumingMemoryBound(to: PoolHead.self)
  }
}
