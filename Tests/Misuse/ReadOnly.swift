// Frozen bytes do not change, and lent ones are not changed by the borrower: nothing writes through
// a shared buffer or a borrowed one. A buffer that may be written is no key of a dictionary, whose
// keys must stay what they are.

import IOPages

func writeByte(_ buffer: inout SharedPageBuffer) {
  buffer[0] = 1  // expected-error {{cannot assign through subscript: subscript is get-only}}
}

func fillShared(_ buffer: inout SharedPageBuffer) {
  buffer.fill(with: 0)  // expected-error {{value of type 'SharedPageBuffer' has no member 'fill'}}
}

func copyIntoShared(_ buffer: inout SharedPageBuffer, _ bytes: [UInt8]) {
  // expected-error@+1 {{value of type 'SharedPageBuffer' has no member 'copyBytes'}}
  buffer.copyBytes(from: bytes)
}

func storeInteger(_ buffer: inout SharedPageBuffer) {
  // expected-error@+1 {{value of type 'SharedPageBuffer' has no member 'storeBytes'}}
  buffer.storeBytes(of: 1, toByteOffset: 0, as: UInt16.self)
}

func mutableSpan(_ buffer: inout SharedPageBuffer) {
  // expected-error@+1 {{value of type 'SharedPageBuffer' has no member 'mutableBytes'}}
  _ = buffer.mutableBytes.byteCount
}

func mutableAddress(_ buffer: inout SharedPageBuffer) {
  // expected-error@+1 {{value of type 'SharedPageBuffer' has no member 'withUnsafeMutableBytes'}}
  unsafe buffer.withUnsafeMutableBytes { _ = $0.count }
}

func setCount(_ buffer: inout SharedPageBuffer) {
  // expected-error@+1 {{cannot assign to property: 'count' setter is inaccessible}}
  buffer.count = 4096
}

func setCountOfUnique(_ buffer: inout PageBuffer) {
  // expected-error@+1 {{cannot assign to property: 'count' is a get-only property}}
  buffer.count = 4096
}

func joinShared(_ buffer: inout SharedPageBuffer, _ next: inout SharedPageBuffer) {
  // expected-error@+1 {{value of type 'SharedPageBuffer' has no member 'join'}}
  _ = buffer.join(&next)
}

// expected-error@+1 {{type 'PageBuffer' does not conform to protocol 'Hashable'}}
func uniqueAsKey(_ numbers: [PageBuffer: Int]) {}

func thawConstant(_ buffer: SharedPageBuffer) throws -> PageBuffer {
  // expected-error@+1 {{cannot use mutating member on immutable value}}
  try buffer.thaw()
}

func joinToBorrowed(_ buffer: borrowing PageBuffer, _ next: inout PageBuffer) {
  // expected-error@+1 {{cannot use mutating member on immutable value}}
  _ = buffer.join(&next)
}

func writeBorrowed(_ buffer: borrowing PageBuffer) {
  buffer[0] = 1  // expected-error {{cannot assign through subscript: 'buffer' is a 'let' constant}}
}

func mutableSpanOfBorrowed(_ page: borrowing IOPage) {
  // expected-error@+1 {{cannot use mutating getter on immutable value}}
  _ = page.mutableBytes.byteCount
}
