// How SwiftNIO frees, copies and grows a buffer that began as pages. The four functions have the C
// calling convention: they know what they are given, and OwnersByAddress.
//
// Only pages that somebody handed over are used. A buffer that is copied, because it is written to
// while it is shared, or that outgrows its pages, goes on in memory of the heap: a pool is sized for
// its devices, and a buffer that grows must not empty it.

#if NIO
  internal import Glibc
  @_spi(CustomByteBufferAllocator) internal import NIOCore

  extension ByteBufferAllocator {
    /// Frees pages and the heap's memory, allocates the latter.
    static let pages = unsafe ByteBufferAllocator(
      allocate: { unsafe allocateHeap($0) },
      reallocate: { old, oldByteCount, byteCount in
        guard let old = unsafe old else { return unsafe allocateHeap(byteCount) }
        // The pages go at the end, when their bytes are copied.
        guard let owner = OwnersByAddress.shared.remove(UInt(bitPattern: old)) else {
          return unsafe orTrap(realloc(old, byteCount), byteCount)
        }
        return unsafe withExtendedLifetime(owner) {
          let new = unsafe allocateHeap(byteCount)
          // Both have as many bytes, and they are different memory.
          unsafe new.copyMemory(from: old, byteCount: min(oldByteCount, byteCount))
          return unsafe new
        }
      },
      deallocate: {
        // What is not pages was allocated above.
        if OwnersByAddress.shared.remove(UInt(bitPattern: $0)) == nil { unsafe free($0) }
      },
      copy: { unsafe $0.copyMemory(from: $1, byteCount: $2) })
  }

  @unsafe
  private func allocateHeap(_ byteCount: Int) -> UnsafeMutableRawPointer {
    unsafe orTrap(malloc(byteCount), byteCount)
  }

  /// SwiftNIO has no way to go on without memory.
  @unsafe
  private func orTrap(
    _ memory: UnsafeMutableRawPointer?, _ byteCount: Int
  ) -> UnsafeMutableRawPointer {
    guard let memory = unsafe memory else {
      fatalError("The heap has no \(byteCount) bytes for a byte buffer.")
    }
    return unsafe memory
  }
#endif
