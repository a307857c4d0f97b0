// Registering a region as fixed buffers: the kernel looks the pages up and pins them once, instead
// of at every transfer.

import CLiburing
import Glibc
public import MemoryRegions
import SystemPackage

extension Ring {
  /// Whether a region's memory is registered.
  public var hasFixedBuffers: Bool { fixedBuffers != nil }

  /// Registers the committed memory of `region`, in slices of at most 1 GiB.
  ///
  /// From then on the kernel may write to that memory at any time, so the region counts the
  /// registration, and refuses to discard or move its pages, until this ring is destroyed. Memory
  /// that the region commits later is not registered and travels as ordinary buffers.
  /// - Precondition: Nothing is registered with this ring yet.
  /// - Throws: ``RingError/memoryLockLimit(byteCount:)`` if the process may not pin that much,
  ///   ``RingError/region(_:)`` if the region refuses, ``RingError/refused(_:)`` or
  ///   ``RingError/failed(call:_:)``. The ring goes on without fixed buffers.
  /// - Complexity: One system call that is linear in the committed pages.
  public mutating func registerFixedBuffers(of region: MemoryRegion) throws(RingError) {
    precondition(fixedBuffers == nil, "a ring has the fixed buffers of one region")
    let registration: RegionRegistration
    do throws(RegionError) {
      registration = try region.register(.ioUring)
    } catch {
      throw .region(error)
    }
    // Only the kernel reads through this address, and the registration keeps the memory in place.
    let base = unsafe region.address
    let slices = FixedBufferSlices(
      base: UInt(bitPattern: base), byteCount: registration.byteCount)
    let vectors = unsafe (0..<slices.count).map { index in
      unsafe iovec(iov_base: base + slices[index].lowerBound, iov_len: slices[index].count)
    }
    // The kernel copies the vectors before the call returns.
    let status = unsafe io_uring_register_buffers(&queues, vectors, UInt32(vectors.count))
    guard status >= 0 else {
      throw .registering(byteCount: slices.byteCount, Errno(rawValue: -status))
    }
    self.fixedBuffers = slices
    self.registration = consume registration
  }

  /// The fixed buffer that holds all of `buffer`, or nil if it has to travel as an ordinary one.
  func fixedBufferIndex(of buffer: UnsafeRawBufferPointer) -> Int? {
    fixedBuffers?.index(
      holding: UInt(bitPattern: buffer.baseAddress), byteCount: buffer.count)
  }
}
