// Memory for allocator metadata, laid out so that a stray access is caught by the hardware.
//
//   | no access | zeros (slack) | the memory asked for | zeros (slack, < 64 bytes) | no access |
//     one page                    64-byte aligned                                     one page
//
// The block ends as close to the inaccessible page as its alignment allows; the slack on either side
// is looked at when the memory goes, so that a write which stays inside the mapping is caught too.
// It comes from mmap and not from malloc: a terabyte region's metadata must cost only what is touched,
// and `residentByteCount` can say how much that was.

import Glibc

/// The owner of zeroed, 64-byte aligned scratch memory that faults in lazily.
@safe package final class ZeroedMemory {
  /// Bytes asked for.
  package let byteCount: Int
  private let mapping: UnsafeMutableRawPointer
  private let mappedByteCount: Int
  private let offset: Int

  private static let pageByteCount = 4096
  private static let alignment = 64

  /// - Parameter byteCount: 0 is allowed and gives an address that must not be touched.
  package init(byteCount: Int) {
    precondition(byteCount >= 0, "a size cannot be negative")
    let page = Self.pageByteCount
    let usable = (byteCount + page - 1) / page * page
    mappedByteCount = usable + 2 * page
    offset = page + (usable - byteCount) / Self.alignment * Self.alignment
    self.byteCount = byteCount
    // Unsafe: a fresh private mapping at an address of the kernel's choice touches no other memory.
    let mapping = unsafe mmap(
      nil, mappedByteCount, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else {
      fatalError("mmap of \(mappedByteCount) bytes for a test: errno \(errno)")
    }
    unsafe self.mapping = mapping
    if usable > 0 {
      // Unsafe: both ranges are inside the mapping made above. Without huge pages one touched byte
      // makes exactly one page resident, which is what makes `residentByteCount` a measure.
      let opened = unsafe mprotect(mapping + page, usable, PROT_READ | PROT_WRITE)
      precondition(opened == 0, "mprotect of a test's own mapping: errno \(errno)")
      _ = unsafe madvise(mapping + page, usable, MADV_NOHUGEPAGE)
    }
  }

  deinit {
    precondition(slackIsUntouched, "something was written beside the \(byteCount) bytes lent out")
    unsafe munmap(mapping, mappedByteCount)
  }

  /// The first of `byteCount` bytes; valid while this object lives.
  @unsafe package var baseAddress: UnsafeMutableRawPointer { unsafe mapping + offset }

  /// A copy of the bytes: two states of an allocator can be told apart by it.
  package var bytes: [UInt8] {
    // Unsafe: exactly the memory lent out.
    unsafe [UInt8](UnsafeRawBufferPointer(start: baseAddress, count: byteCount))
  }

  /// True if the memory holds exactly these bytes.
  package func holds(_ expected: [UInt8]) -> Bool {
    guard expected.count == byteCount else { return false }
    // Unsafe: both sides are `byteCount` bytes long.
    let difference = unsafe expected.withUnsafeBytes { bytes in
      unsafe memcmp(bytes.baseAddress!, baseAddress, byteCount)
    }
    return difference == 0
  }

  /// Bytes of the mapping that have been touched, in whole pages.
  package var residentByteCount: Int {
    let pages = mappedByteCount / Self.pageByteCount
    var residency = [UInt8](repeating: 0, count: pages)
    // Unsafe: mincore writes one byte for each page of this object's own mapping.
    let result = unsafe residency.withUnsafeMutableBufferPointer { vector in
      unsafe mincore(mapping, mappedByteCount, vector.baseAddress)
    }
    precondition(result == 0, "mincore of a test's own mapping: errno \(errno)")
    return residency.count { $0 & 1 == 1 } * Self.pageByteCount
  }

  private var slackIsUntouched: Bool {
    let page = Self.pageByteCount
    // Unsafe: the accessible part of the mapping without the memory lent out.
    let before = unsafe UnsafeRawBufferPointer(start: mapping + page, count: offset - page)
    let after = unsafe UnsafeRawBufferPointer(
      start: mapping + offset + byteCount, count: mappedByteCount - page - offset - byteCount)
    return unsafe before.allSatisfy { $0 == 0 } && after.allSatisfy { $0 == 0 }
  }
}
