// One reservation of address space and what may be done to it. Opening reserves a little more than
// asked for, so that an aligned base fits in, and gives the ends back:
//
//      mmap'd  |......|==================================|...|
//                     ^ base, a multiple of `alignment`      trimmed
//              trimmed |committed -->|     no access     |
//
// Only address space is taken: a terabyte reserved costs one mapping and no memory. Committing
// turns the next bytes into memory (RegionMapping+Commit). This type is plain values over the
// system-call table and knows no threads: MemoryRegion serialises its calls.

import SystemPackage

/// A region's mapping, with the wishes in force.
package struct RegionMapping: Sendable {
  let systemCalls: SystemCalls
  /// The address of the first byte.
  let base: Int
  /// Bytes reserved from there.
  let byteCount: Int
  /// The wishes that every commit follows; those given up are no longer among them.
  var options: RegionOptions
  /// The memory file behind it, with its first byte at the region's.
  let file: Int32?
  /// Whether the file was there before and what it holds is to stay, whatever fails.
  var keepsContents = false

  /// Reserves aligned address space. Returns its base.
  package static func reserve(
    _ layout: RegionLayout, _ systemCalls: SystemCalls
  ) throws(RegionError) -> Int {
    // mmap's own results are multiples of the page already.
    let slack = layout.alignment - pageByteCount
    let (span, tooLarge) = layout.byteCount.addingReportingOverflow(slack)
    let detail = "\(layout.byteCount) bytes aligned to \(layout.alignment)"
    guard !tooLarge, span < RegionLayout.addressSpaceByteCount else {
      guard layout.largestOrder > RegionLayout.defaultLargestOrder else {
        throw RegionError(.largerThanAddressSpace, detail: detail)
      }
      // The region itself would fit.
      throw RegionError(
        .invalidLargestOrder,
        detail: "order \(layout.largestOrder) leaves no address space for \(detail): "
          + "choose a smaller largest order")
    }
    let start = try call("mmap", .reservationRefused, detail) { () throws(Errno) in
      try systemCalls.map(.reservation(.anywhere), span)
    }
    let base = (start + layout.alignment - 1) & -layout.alignment
    let end = base + layout.byteCount
    // What is still ours: an address given back may be another thread's mapping at once.
    var held = start..<start + span
    do throws(Errno) {
      if held.lowerBound < base {
        try systemCalls.unmap(start, base - start)
        held = base..<held.upperBound
      }
      if end < held.upperBound { try systemCalls.unmap(end, held.upperBound - end) }
    } catch {
      try? systemCalls.unmap(held.lowerBound, held.count)
      throw RegionError(.reservationRefused, call: "munmap", errno: error, detail: detail)
    }
    return base
  }

  /// The address of a byte of the region.
  func address(_ offset: Int) -> Int { base + offset }

  /// Gives everything back. Errors are ignored: there is nothing left to do about them.
  func unmap() {
    try? systemCalls.unmap(base, byteCount)
    closeFile()
  }

  /// Gives the memory back and keeps the address space, which others share.
  func returnToReservation() {
    reserveAgain(base..<base + byteCount)
    closeFile()
  }

  /// Turns addresses of the region into reserved ones without memory.
  func reserveAgain(_ part: Range<Int>) {
    do throws(Errno) {
      _ = try systemCalls.map(.reservation(.replacing(part.lowerBound)), part.count)
    } catch {
      // No room for one more mapping: the pages go all the same, only the access stays open.
      try? systemCalls.advise(part.lowerBound, part.count, .discard)
    }
  }

  /// Closes the memory file, if there is one.
  func closeFile() {
    if let file { try? systemCalls.close(file) }
  }
}
