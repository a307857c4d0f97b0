// Where the types agree, the flow of values is checked: what is only borrowed, or lies in an object
// that others may refer to, cannot be moved out of its place.

import IOPages

// expected-error@+1 {{'buffer' is borrowed and cannot be consumed}}
func moveBorrowed(_ buffer: borrowing PageBuffer) {
  let moved = buffer  // expected-note {{consumed here}}
  _ = moved.count
}

// expected-error@+1 {{'buffer' is borrowed and cannot be consumed}}
func freezeBorrowed(_ buffer: borrowing PageBuffer) -> SharedPageBuffer {
  buffer.freeze()  // expected-note {{consumed here}}
}

// expected-error@+1 {{missing reinitialization of inout parameter 'buffer' after consume}}
func leaveInoutEmpty(_ buffer: inout PageBuffer) -> SharedPageBuffer {
  buffer.freeze()  // expected-note {{consumed here}}
}

final class Connection {
  var received = PageBuffer()
  let page: IOPage
  init(_ page: consuming IOPage) { self.page = page }
}

func moveOutOfObject(_ connection: Connection) -> PageBuffer {
  // expected-error@+1 {{stored property 'connection.received' of a class}}
  connection.received
}

func moveOutOfConstant(_ connection: Connection) -> PageBuffer {
  // expected-error@+1 {{stored property 'connection.page' of a class}}
  PageBuffer(connection.page)
}

func joinWithItself(_ buffer: inout PageBuffer) {
  // expected-note@+4 {{previous aliasing argument}}
  // expected-error@+3 {{overlapping accesses to 'buffer'}}
  // expected-error@+2 {{inout arguments are not allowed to alias each other}}
  // expected-note@+1 {{conflicting access is here}}
  _ = buffer.join(&buffer)
}

func moveOutOfLoop(_ pool: PagePool) throws {
  let page = try pool.allocate(pages: 1)  // expected-error {{'page' consumed in a loop}}
  for _ in 0..<2 {
    let buffer = PageBuffer(page)  // expected-note {{consumed here}}
    _ = buffer.count
  }
}
