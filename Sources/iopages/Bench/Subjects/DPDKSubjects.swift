// DPDK's two: its heap, called through pointers like the other peers, and its pool of objects of one
// size, whose calls are inline functions of a header. For the latter a small library is compiled
// where the headers are (Scripts/bench does it), with whole loops in it, so that the calls are
// inlined there as in a DPDK program; only blocks that go from thread to thread are taken and given
// back one call at a time.

import CBenchSupport
import IOPages

/// rte_malloc and rte_free. No huge pages.
@safe
struct DPDKMalloc: BenchSubject {
  typealias Allocate =
    @convention(c) (
      UnsafePointer<CChar>?, Int, UInt32
    ) -> UnsafeMutableRawPointer?

  let environment: DPDKEnvironment
  // Functions of a library that is never unloaded.
  let allocate: Allocate
  let free: bench_free_function

  var name: SubjectName { .dpdkMalloc }

  /// It walks its free list from the start: with 65,536 pages out, an allocation takes a
  /// millisecond.
  var limits: SubjectLimits {
    SubjectLimits(
      pageLimit: 4096, threadedMixRefusal: "a step takes 0.1 ms, behind one lock")
  }

  @inline(__always)
  func take(order: Int) -> AddressBlock? {
    unsafe AddressBlock(
      allocate(nil, IOPage.pageSize << order, UInt32(IOPage.pageSize)), order: order)
  }

  @inline(__always)
  func give(_ block: AddressBlock) {
    unsafe free(block.address)
  }

  func enterThread() { environment.enterThread() }
  func leaveThread() { environment.leaveThread() }
}

/// An rte_mempool of objects of 4096 bytes with caches of 512. The objects are not page aligned.
@safe
struct DPDKMempool: BenchSubject {
  typealias Take = @convention(c) () -> UnsafeMutableRawPointer?
  typealias Loop = @convention(c) (Int) -> Void
  typealias Bursts = @convention(c) (Int, Int) -> Void
  typealias Slots = @convention(c) (UnsafeMutableRawPointer, Int) -> Void

  /// The address of an object.
  @safe
  struct Object {
    let address: UnsafeMutableRawPointer
  }

  let environment: DPDKEnvironment
  // Functions of a library that is never unloaded.
  let takeOne: Take
  let giveOne: bench_free_function
  let pairLoop: Loop
  let burstLoop: Bursts
  let fillLoop: Slots
  let drainLoop: Slots

  var name: SubjectName { .dpdkMempool }
  var limits: SubjectLimits {
    SubjectLimits(largestOrder: 0, threadedMixRefusal: "its objects are of one size")
  }

  @inline(__always)
  func take(order: Int) -> Object? {
    guard order == 0, let address = unsafe takeOne() else { return nil }
    return unsafe Object(address: address)
  }

  @inline(__always)
  func give(_ block: Object) { unsafe giveOne(block.address) }

  func pairs(_ count: Int, order: Int) { pairLoop(count) }
  func bursts(_ count: Int, size: Int) { burstLoop(count, size) }

  func fill(_ slots: borrowing BlockSlots<Object>, count: Int) {
    // An object is one pointer: the slots are an array of them, with room for `count`.
    unsafe fillLoop(slots.address, count)
  }

  func drain(_ slots: borrowing BlockSlots<Object>, count: Int) {
    // As above; the first `count` slots are full.
    unsafe drainLoop(slots.address, count)
  }

  func enterThread() { environment.enterThread() }
  func leaveThread() { environment.leaveThread() }
}
