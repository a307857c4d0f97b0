// Touching memory that nobody owns, on purpose: what the pool's own checks are to find, and what the
// address sanitizer would end the process for first.

internal import CPageMemory

/// Reads a byte of a page that may be nobody's.
@unsafe
package func strayLoad(_ address: UnsafeMutableRawPointer) -> UInt8 {
  unsafe permitAccess(address)
  return unsafe address.load(as: UInt8.self)
}

/// Writes a byte of a page that may be nobody's.
@unsafe
package func strayStore(_ byte: UInt8, to address: UnsafeMutableRawPointer) {
  unsafe permitAccess(address)
  unsafe address.storeBytes(of: byte, as: UInt8.self)
}

/// Tells the address sanitizer, whose unit is 8 bytes, that an access is meant.
@unsafe
private func permitAccess(_ address: UnsafeMutableRawPointer) {
  let unit = unsafe UnsafeRawPointer(bitPattern: UInt(bitPattern: address) & ~7)
  // Within the page that the caller names.
  unsafe page_memory_unpoison(unit, 8)
}
