// The peers, called through pointers that were looked up in their libraries: each by the calls that
// it offers for memory at an alignment, and with the size on the way back where that helps it.
//
// A call through a pointer costs a nanosecond or so that an inlined one does not. The subject `none`
// makes the same calls to functions that do nothing, so that a reader can take that off.

import CBenchSupport
import IOPages

/// Functions of (alignment, size) and (address): tcmalloc's tc_memalign and tc_free, and nothing.
@safe
struct AlignedAllocator: BenchSubject {
  let name: SubjectName
  // Functions of libraries that are never unloaded.
  let allocate: bench_allocate_function
  let free: bench_free_function

  /// Functions that do nothing.
  static var empty: AlignedAllocator {
    unsafe AlignedAllocator(
      name: .none, allocate: bench_allocating_nothing(), free: bench_freeing_nothing())
  }

  @inline(__always)
  func take(order: Int) -> AddressBlock? {
    unsafe AddressBlock(allocate(IOPage.pageSize, IOPage.pageSize << order), order: order)
  }

  @inline(__always)
  func give(_ block: AddressBlock) {
    unsafe free(block.address)
  }
}

/// posix_memalign and free.
@safe
struct POSIXAllocator: BenchSubject {
  typealias Allocate =
    @convention(c) (
      UnsafeMutablePointer<UnsafeMutableRawPointer?>, Int, Int
    ) -> Int32

  // Functions of the C library.
  let allocate: Allocate
  let free: bench_free_function

  var name: SubjectName { .glibc }

  @inline(__always)
  func take(order: Int) -> AddressBlock? {
    var address: UnsafeMutableRawPointer?
    // Writes to a local value.
    guard unsafe allocate(&address, IOPage.pageSize, IOPage.pageSize << order) == 0 else {
      return nil
    }
    return unsafe AddressBlock(address, order: order)
  }

  @inline(__always)
  func give(_ block: AddressBlock) {
    unsafe free(block.address)
  }
}

/// jemalloc's mallocx and sdallocx.
@safe
struct FlaggedAllocator: BenchSubject {
  typealias Allocate = @convention(c) (Int, Int32) -> UnsafeMutableRawPointer?
  typealias Free = @convention(c) (UnsafeMutableRawPointer, Int, Int32) -> Void

  // Functions of a library that is never unloaded.
  let allocate: Allocate
  let free: Free

  /// MALLOCX_LG_ALIGN: the binary logarithm of the alignment.
  private static let pageAligned: Int32 = 12

  var name: SubjectName { .jemalloc }

  @inline(__always)
  func take(order: Int) -> AddressBlock? {
    unsafe AddressBlock(
      allocate(IOPage.pageSize << order, FlaggedAllocator.pageAligned), order: order)
  }

  @inline(__always)
  func give(_ block: AddressBlock) {
    unsafe free(block.address, block.byteCount, FlaggedAllocator.pageAligned)
  }
}

/// mimalloc's mi_malloc_aligned and mi_free_size_aligned.
@safe
struct SizedAllocator: BenchSubject {
  typealias Allocate = @convention(c) (Int, Int) -> UnsafeMutableRawPointer?
  typealias Free = @convention(c) (UnsafeMutableRawPointer, Int, Int) -> Void

  // Functions of a library that is never unloaded.
  let allocate: Allocate
  let free: Free

  var name: SubjectName { .mimalloc }

  @inline(__always)
  func take(order: Int) -> AddressBlock? {
    unsafe AddressBlock(allocate(IOPage.pageSize << order, IOPage.pageSize), order: order)
  }

  @inline(__always)
  func give(_ block: AddressBlock) {
    unsafe free(block.address, block.byteCount, IOPage.pageSize)
  }
}
