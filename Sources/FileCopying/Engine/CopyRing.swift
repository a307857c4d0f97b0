// The ring of a copy, if there can be one. A kernel that refuses rings costs speed and nothing
// else, so that is noted and the copy goes on with plain calls. A memlock limit that is too low is
// an error: the user can raise it, and would not learn of it otherwise.

import IORings
import MemoryRegions
package import SystemPackage

/// How the transfers of a copy are made.
package enum TransferMethod: Equatable, Sendable {
  /// Through an io_uring, with the region registered as fixed buffers.
  case ring
  /// Through an io_uring whose transfers look up their pages one by one, since the kernel refuses
  /// fixed buffers.
  case ringWithoutFixedBuffers(Errno)
  /// By pread and pwrite, as was asked for.
  case calls
  /// By pread and pwrite, since the kernel refuses io_uring.
  case callsSinceRefused(Errno)
}

extension CopyMemory {
  /// A ring for `capacity` transfers from and to the region, or nil where the kernel refuses one.
  func openRing(capacity: Int) throws(CopyError) -> OpenedRing {
    do throws(RingError) {
      var ring = try Ring(capacity: capacity)
      var method = TransferMethod.ring
      do throws(RingError) {
        try ring.registerFixedBuffers(of: region)
      } catch .refused(let errno) {
        // The ring itself is there.
        method = .ringWithoutFixedBuffers(errno)
      }
      return OpenedRing(ring: ring, method: method)
    } catch .refused(let errno) {
      return OpenedRing(ring: nil, method: .callsSinceRefused(errno))
    } catch .region(let error) {
      throw .region(error)
    } catch {
      throw .ring(error)
    }
  }
}

/// A ring, if there is one, and what is said about it in the end.
struct OpenedRing: ~Copyable {
  var ring: Ring?
  let method: TransferMethod
}
