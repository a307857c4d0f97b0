// Several regions side by side in one reservation, a fixed stride apart:
//
//      base              base + stride     base + 2 * stride
//      |== slice 0 ==|...|= slice 1 =|.....|== slice 2 ==|...|
//
// Each slice is a region like any other, with pages, placement and a life of its own; only the
// address space belongs to all of them. The stride is a power of two, so the slice that an address
// is in is its distance from the base, shifted: a set with one pool a node finds a page's node so.

extension MemoryRegion {
  /// The least stride that slices with these options can have: a power of two that holds each of
  /// them and keeps their bases aligned.
  /// - Throws: `RegionError` for options that make no sense, or need more than the address space.
  package static func sliceStride(_ options: [RegionOptions]) throws(RegionError) -> Int {
    var least = pageByteCount
    for slice in options {
      let layout = try RegionLayout(slice)
      least = max(least, layout.byteCount, layout.alignment)
    }
    // A layout is less than the address space, of which an Int holds many.
    return 1 << (Int.bitWidth - (least - 1).leadingZeroBitCount)
  }

  /// Opens regions in one reservation, slice `i` at the first one's base and `i * stride` bytes.
  /// The reservation is unmapped when the last of them goes; the memory of each goes with itself.
  ///
  /// - Throws: what `init` throws; then no slice is left open.
  /// - Precondition: there is a slice, and `stride` is a power of two, at least
  ///   `sliceStride(options)`.
  package static func openSlices(
    _ options: [RegionOptions], stride: Int, systemCalls: SystemCalls = .linux
  ) throws(RegionError) -> [MemoryRegion] {
    precondition(!options.isEmpty, "opening no slices")
    let least = try sliceStride(options)
    precondition(
      stride.nonzeroBitCount == 1 && stride >= least,
      "a stride that is no power of two, or less than the slices need")
    let owner = try ProcessGeneration.current(systemCalls)
    let reservation = SharedReservation(
      base: try reserve(options, stride, systemCalls), byteCount: options.count * stride,
      systemCalls, owner)
    var slices: [MemoryRegion] = []
    for (index, slice) in options.enumerated() {
      let base = reservation.base + index * stride
      slices.append(try MemoryRegion(slice, systemCalls, within: (reservation, base)))
    }
    return slices
  }

  private static func reserve(
    _ options: [RegionOptions], _ stride: Int, _ systemCalls: SystemCalls
  ) throws(RegionError) -> Int {
    let (byteCount, overflow) = stride.multipliedReportingOverflow(by: options.count)
    guard !overflow, byteCount < RegionLayout.addressSpaceByteCount else {
      throw RegionError(
        .largerThanAddressSpace, detail: "\(options.count) slices of \(stride) bytes")
    }
    var whole = try RegionLayout(options[0])
    for slice in options.dropFirst() {
      let layout = try RegionLayout(slice)
      whole.alignment = max(whole.alignment, layout.alignment)
      whole.largestOrder = max(whole.largestOrder, layout.largestOrder)
    }
    whole.byteCount = byteCount
    return try RegionMapping.reserve(whole, systemCalls)
  }
}

/// Address space that several regions share. Each of them holds it.
final class SharedReservation: Sendable {
  /// The address of the first byte.
  let base: Int
  private let byteCount: Int
  private let systemCalls: SystemCalls
  private let owner: ProcessGeneration

  init(base: Int, byteCount: Int, _ systemCalls: SystemCalls, _ owner: ProcessGeneration) {
    self.base = base
    self.byteCount = byteCount
    self.systemCalls = systemCalls
    self.owner = owner
  }

  deinit {
    // In a forked child the mapping is a copy, as a region's is.
    if owner.isThisProcess { try? systemCalls.unmap(base, byteCount) }
  }
}
