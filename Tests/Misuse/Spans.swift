// A span borrows its buffer: it does not outlive it, nothing is written or given away while one is
// read, and no two of them write. No such view keeps a page from going back.

import IOPages

func spanOutlivesBuffer(_ pool: PagePool) throws {
  let bytes: RawSpan  // expected-error {{lifetime-dependent variable 'bytes' escapes its scope}}
  do {
    // expected-note@+1 {{it depends on the lifetime of variable 'buffer'}}
    let buffer = try PageBuffer(count: 64, from: pool)
    bytes = buffer.bytes
  }
  _ = bytes.byteCount  // expected-note {{this use of the lifetime-dependent value is out of scope}}
}

// expected-error@+1 {{'buffer' used after consume}}
func spanOutlivesDrop(_ buffer: consuming PageBuffer) {
  let bytes = buffer.bytes  // expected-note {{conflicting access is here}}
  // expected-note@+2 {{consumed here}}
  // expected-error@+1 {{overlapping accesses to 'buffer'}}
  _ = consume buffer
  _ = bytes.byteCount
}

// expected-error@+1 {{'buffer' used after consume}}
func spanOutlivesFreeze(_ buffer: consuming PageBuffer) {
  let bytes = buffer.bytes  // expected-note {{conflicting access is here}}
  // expected-error@+2 {{overlapping accesses to 'buffer'}}
  // expected-note@+1 {{consumed here}}
  let shared = buffer.freeze()
  _ = bytes.byteCount + shared.count
}

func spanOutlivesShared(_ pool: PagePool) throws {
  let bytes: RawSpan  // expected-error {{lifetime-dependent variable 'bytes' escapes its scope}}
  do {
    // expected-note@+1 {{it depends on the lifetime of variable 'shared'}}
    let shared = try PageBuffer(count: 64, from: pool).freeze()
    bytes = shared.bytes
  }
  _ = bytes.byteCount  // expected-note {{this use of the lifetime-dependent value is out of scope}}
}

func writeWhileRead(_ buffer: inout PageBuffer) {
  let bytes = buffer.bytes  // expected-note {{conflicting access is here}}
  buffer[0] = 1  // expected-error {{overlapping accesses to 'buffer'}}
  _ = bytes.byteCount
}

func fillWhileRead(_ buffer: inout PageBuffer) {
  let bytes = buffer.bytes(in: 0..<14)  // expected-note {{conflicting access is here}}
  buffer.fill(with: 0)  // expected-error {{overlapping accesses to 'buffer'}}
  _ = bytes.byteCount
}

// A constant holds the buffer to the end of its scope, even if it is not used any more (Swift 6.3).
func writeAfterLastRead(_ buffer: inout PageBuffer) -> Int {
  let bytes = buffer.bytes  // expected-note {{conflicting access is here}}
  let count = bytes.byteCount
  buffer[0] = 1  // expected-error {{overlapping accesses to 'buffer'}}
  return count
}

func narrowWhileRead(_ buffer: inout PageBuffer) {
  let bytes = buffer.bytes  // expected-note {{conflicting access is here}}
  buffer.removeFirst(14)  // expected-error {{overlapping accesses to 'buffer'}}
  _ = bytes.byteCount
}

func copyOverItself(_ buffer: inout PageBuffer) {
  // expected-error@+2 {{overlapping accesses to 'buffer'}}
  // expected-note@+1 {{conflicting access is here}}
  buffer.copyBytes(from: buffer.bytes(in: 0..<14), at: 7)
}

func readWhileWritten(_ buffer: inout PageBuffer) {
  var bytes = buffer.mutableBytes  // expected-error {{overlapping accesses to 'buffer'}}
  _ = buffer[0]  // expected-note {{conflicting access is here}}
  bytes.storeBytes(of: 1, toByteOffset: 0, as: UInt8.self)
}

func twoMutableSpans(_ buffer: inout PageBuffer) {
  // expected-error@+1 {{overlapping accesses to 'buffer'}}
  var first = buffer.mutableBytes(in: 0..<14)
  var second = buffer.mutableBytes(in: 14..<34)  // expected-note {{conflicting access is here}}
  first.storeBytes(of: 1, toByteOffset: 0, as: UInt8.self)
  second.storeBytes(of: 1, toByteOffset: 0, as: UInt8.self)
}

func mutableSpanOfPageOutlives(_ page: consuming IOPage) {
  var bytes = page.mutableBytes  // expected-error {{overlapping accesses to 'page'}}
  let buffer = PageBuffer(page)  // expected-note {{conflicting access is here}}
  bytes.storeBytes(of: 1, toByteOffset: 0, as: UInt8.self)
  _ = buffer.count
}

func keepChunks(_ buffer: borrowing PageBuffer) {
  var last: RawSpan?  // expected-error {{lifetime-dependent variable 'last' escapes its scope}}
  // expected-note@+2 {{it depends on the lifetime of argument '$0'}}
  // expected-note@+1 {{this use causes the lifetime-dependent value to escape}}
  buffer.forEachChunk(ofCount: 64) { last = $0 }
  _ = last?.byteCount
}

func writeInChunks(_ buffer: inout PageBuffer) {
  // expected-note@+2 {{conflicting access is here}}
  // expected-error@+1 {{overlapping accesses to 'buffer'}}
  buffer.forEachChunk(ofCount: 64) { buffer[0] = UInt8($0.byteCount) }
}
