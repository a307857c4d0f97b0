// How one run of memory becomes io_uring's fixed buffers. The kernel takes at most 1 GiB in one
// fixed buffer, so a larger run is cut into slices of 1 GiB, counted from its start:
//
//   base            base + 1 GiB     base + 2 GiB      end
//   |<-- slice 0 -->|<-- slice 1 --->|<-- slice 2 -->|
//
// A naturally aligned power-of-two block of at most 1 GiB lies in one slice, since the base of a
// region is aligned to its largest block. Any other buffer may cross a border, and then travels
// as an ordinary one.

/// The slices of a run of memory that a ring registers as fixed buffers.
package struct FixedBufferSlices: Equatable {
  /// The most bytes that the kernel takes as one fixed buffer.
  package static let largestByteCount = 1 << 30

  /// The address of the first byte.
  package let base: UInt
  /// The length of the run in bytes.
  package let byteCount: Int

  package init(base: UInt, byteCount: Int) {
    self.base = base
    self.byteCount = byteCount
  }

  /// How many slices the run has.
  package var count: Int {
    let (slices, rest) = byteCount.quotientAndRemainder(dividingBy: Self.largestByteCount)
    return rest == 0 ? slices : slices + 1
  }

  /// The bytes of the run, counted from its base, that slice `index` covers.
  package subscript(index: Int) -> Range<Int> {
    let start = index * Self.largestByteCount
    return start..<min(start + Self.largestByteCount, byteCount)
  }

  /// The slice that holds all `byteCount` bytes at `address`, or nil if no single one does.
  package func index(holding address: UInt, byteCount: Int) -> Int? {
    guard address >= base, byteCount > 0, byteCount <= self.byteCount else { return nil }
    let distance = address - base
    guard distance <= UInt(self.byteCount - byteCount) else { return nil }
    let first = Int(distance) / Self.largestByteCount
    let last = (Int(distance) + byteCount - 1) / Self.largestByteCount
    return first == last ? first : nil
  }
}
