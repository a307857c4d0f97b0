// A span says what it borrows: no type that lasts can have one, and no function that does not say
// it can return one.

import IOPages

// expected-error@+1 {{a function cannot return a ~Escapable result}}
func header(_ buffer: borrowing PageBuffer) -> RawSpan { buffer.bytes(in: 0..<14) }

// expected-error@+1 {{a function cannot return a ~Escapable result}}
func spanOfNewBuffer(_ pool: PagePool) throws -> RawSpan {
  let buffer = try PageBuffer(count: 64, from: pool)
  return buffer.bytes
}

struct Parser {  // expected-note {{consider adding '~Escapable' to struct 'Parser'}}
  // expected-error@+2 {{the 'get' accessor cannot return a ~Escapable result}}
  // expected-error@+1 {{struct 'Parser' has non-Escapable type 'RawSpan'}}
  let bytes: RawSpan
}
