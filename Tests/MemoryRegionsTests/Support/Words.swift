// Looking into memory by address: the tests hold addresses as numbers, as the system-call table
// does.

/// The word at an address. The caller knows that it is mapped while the pointer is used.
func word(at address: Int) -> UnsafeMutablePointer<UInt64> {
  unsafe UnsafeMutablePointer<UInt64>(bitPattern: address).unsafelyUnwrapped
}
