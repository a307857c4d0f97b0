import IOPages

/// A block of a peer: its address, and its size for those that want it back.
@safe
struct AddressBlock {
  let address: UnsafeMutableRawPointer
  let byteCount: Int

  @inline(__always)
  init?(_ address: UnsafeMutableRawPointer?, order: Int) {
    guard let address = unsafe address else { return nil }
    unsafe self.address = address
    byteCount = IOPage.pageSize << order
  }
}
