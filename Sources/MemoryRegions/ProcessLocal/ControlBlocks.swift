// Blocks of one page for the state of a pool. They outlive the pool: a thread that is about to
// release a pool's lock may do so after the last page came back and the pool is gone, and must then
// still find memory there. So blocks are recycled and never unmapped.
//
// They come in arenas of 64 pages:
//
//      page 0                                     page 1 ... page 63
//      | next arena | blocks in use | rotor |     | block |  ...  | block |
//
// Everything is in memory that a fork wipes, the list's head (ProcessRoot) included. A child
// therefore starts with no arenas and maps its own: a page of the parent's, dropped in the child,
// finds a block of zeros there for ever, never one that has become another pool's. Taking and
// recycling are lock-free, since a lock could be held by another thread at the moment of a fork.

import Synchronization

/// The process's control blocks.
package enum ControlBlocks {
  /// Bytes in a block.
  package static var byteCount: Int { pageByteCount }

  /// Takes a block: zeroed, page aligned, never unmapped. Any thread; O(arenas).
  /// - Throws: `.sideTablesRefused`.
  package static func take(
    systemCalls: SystemCalls = .linux
  ) throws(RegionError) -> UnsafeMutableRawPointer {
    let root = try ProcessRoot.current(systemCalls)
    // SAFETY: the root page and every arena in its list stay mapped for ever.
    let head = unsafe root.word(.arenas)
    while true {
      var next = unsafe ControlBlockArena(head.pointee.load(ordering: .acquiring))
      while let arena = next {
        if let block = unsafe arena.take() { return unsafe block }
        next = arena.next
      }
      let address = try WipedMemory.map(ControlBlockArena.byteCount, systemCalls)
      unsafe ControlBlockArena(UInt(address))?.push(onto: head)
    }
  }

  /// Returns a block. One that the parent took, returned in a forked child, is left alone.
  /// Any thread; O(arenas). Traps if the block is free already.
  package static func recycle(_ block: UnsafeMutableRawPointer) {
    guard let root = ProcessRoot.existing else { return }
    let address = UInt(bitPattern: block)
    var next = unsafe ControlBlockArena(root.word(.arenas).pointee.load(ordering: .acquiring))
    while let arena = next {
      if arena.recycle(address) { return }
      next = arena.next
    }
  }
}

/// One arena of control blocks.
private struct ControlBlockArena {
  private enum Word: Int { case next, used, rotor }

  static let byteCount = 64 * pageByteCount

  private let address: UInt

  init?(_ address: UInt) {
    guard address != 0 else { return nil }
    self.address = address
  }

  private func word(_ word: Word) -> UnsafeMutablePointer<Atomic<UInt>> {
    // SAFETY, here and at each use: an arena is never unmapped, and zeros are valid atomics.
    unsafe UnsafeMutablePointer<Atomic<UInt>>(bitPattern: address).unsafelyUnwrapped + word.rawValue
  }

  var next: ControlBlockArena? {
    ControlBlockArena(unsafe word(.next).pointee.load(ordering: .relaxed))
  }

  func push(onto head: UnsafeMutablePointer<Atomic<UInt>>) {
    var first = unsafe head.pointee.load(ordering: .relaxed)
    while true {
      unsafe word(.next).pointee.store(first, ordering: .relaxed)
      let (isDone, other) = unsafe head.pointee.compareExchange(
        expected: first, desired: address, ordering: .acquiringAndReleasing)
      if isDone { return }
      first = other
    }
  }

  /// Takes a free block and clears it; nil if there is none. Blocks are taken in turn, so that one
  /// just returned rests for as long as possible.
  func take() -> UnsafeMutableRawPointer? {
    var used = unsafe word(.used).pointee.load(ordering: .relaxed)
    while true {
      // Page 0 is the arena's own.
      let free = ~used & ~1
      guard free != 0 else { return nil }
      let rotor = unsafe word(.rotor).pointee.load(ordering: .relaxed)
      let ahead = free & (~0 << rotor)
      let index = UInt((ahead == 0 ? free : ahead).trailingZeroBitCount)
      let (isTaken, other) = unsafe word(.used).pointee.compareExchange(
        expected: used, desired: used | 1 << index, ordering: .acquiringAndReleasing)
      if isTaken {
        unsafe word(.rotor).pointee.store((index + 1) % 64, ordering: .relaxed)
        let start = address + index * UInt(pageByteCount)
        let block = unsafe UnsafeMutableRawPointer(bitPattern: start).unsafelyUnwrapped
        unsafe block.initializeMemory(as: UInt8.self, repeating: 0, count: pageByteCount)
        return unsafe block
      }
      used = other
    }
  }

  /// Marks the block at `block` free. False if it is not in this arena.
  func recycle(_ block: UInt) -> Bool {
    guard block > address, block - address < UInt(Self.byteCount) else { return false }
    let (index, rest) = (block - address).quotientAndRemainder(dividingBy: UInt(pageByteCount))
    precondition(rest == 0, "recycling an address that is no control block")
    let old = unsafe word(.used).pointee.bitwiseAnd(
      ~(1 << index), ordering: .releasing
    ).oldValue
    precondition(old >> index & 1 == 1, "recycling a control block twice")
    return true
  }
}
