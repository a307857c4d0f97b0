// What was given away is not the giver's any more: a value that was frozen, split, turned into a
// buffer or dropped cannot be used again, so that bytes have one owner at every time.

import IOPages

// expected-error@+1 {{'buffer' used after consume}}
func useAfterFreeze(_ buffer: consuming PageBuffer) {
  let shared = buffer.freeze()  // expected-note {{consumed here}}
  _ = buffer.count  // expected-note {{used here}}
  _ = shared.count
}

// expected-error@+1 {{'buffer' used after consume}}
func writeAfterFreeze(_ buffer: consuming PageBuffer) -> SharedPageBuffer {
  let shared = buffer.freeze()  // expected-note {{consumed here}}
  buffer[0] = 1  // expected-note {{used here}}
  return shared
}

// expected-error@+1 {{'buffer' used after consume}}
func useAfterSplit(_ buffer: consuming PageBuffer) {
  let halves = buffer.split(at: 14)  // expected-note {{consumed here}}
  _ = buffer.bytes.byteCount  // expected-note {{used here}}
  _ = halves.head.count
}

// expected-error@+1 {{'buffer' consumed more than once}}
func splitTwice(_ buffer: consuming PageBuffer) {
  let first = buffer.split(at: 14)  // expected-note {{consumed here}}
  let second = buffer.split(at: 20)  // expected-note {{consumed again here}}
  _ = first.head.count + second.head.count
}

// expected-error@+1 {{'buffer' used after consume}}
func useAfterAppend(_ list: inout PageBufferList<PageBuffer>, _ buffer: consuming PageBuffer) {
  list.append(buffer)  // expected-note {{consumed here}}
  buffer[0] = 1  // expected-note {{used here}}
}

// expected-error@+1 {{'buffer' consumed more than once}}
func freezeTwice(_ buffer: consuming PageBuffer) -> [SharedPageBuffer] {
  // expected-note@+2 {{consumed here}}
  // expected-note@+1 {{consumed again here}}
  [buffer.freeze(), buffer.freeze()]
}

// expected-error@+1 {{'buffer' used after consume}}
func useAfterExtracting(_ buffer: consuming PageBuffer) {
  let payload = buffer.extracting(42..<100)  // expected-note {{consumed here}}
  buffer.fill(with: 0)  // expected-note {{used here}}
  _ = payload.count
}

// expected-error@+1 {{'buffer' used after consume}}
func useAfterDrop(_ buffer: consuming PageBuffer) -> Int {
  _ = consume buffer  // expected-note {{consumed here}}
  return buffer.count  // expected-note {{used here}}
}

// expected-error@+1 {{'buffer' consumed in a loop}}
func freezeInEachRound(_ buffer: consuming PageBuffer) {
  for _ in 0..<2 {
    _ = buffer.freeze()  // expected-note {{consumed here}}
  }
}

// expected-error@+1 {{'buffer' used after consume}}
func freezeOnOneWay(_ buffer: consuming PageBuffer, _ isShared: Bool) -> Int {
  if isShared { _ = buffer.freeze() }  // expected-note {{consumed here}}
  return buffer.count  // expected-note {{used here}}
}

// expected-error@+1 {{'next' used after consume}}
func joinWhatWasFrozen(_ buffer: inout PageBuffer, _ next: consuming PageBuffer) {
  _ = next.freeze()  // expected-note {{consumed here}}
  _ = buffer.join(&next)  // expected-note {{used here}}
}

func usePageAfterBuffer(_ page: consuming IOPage) {  // expected-error {{'page' used after consume}}
  let buffer = PageBuffer(page)  // expected-note {{consumed here}}
  _ = page.bytes.byteCount  // expected-note {{used here}}
  _ = buffer.count
}

func bufferTwice(_ page: consuming IOPage) {  // expected-error {{'page' consumed more than once}}
  let first = PageBuffer(page)  // expected-note {{consumed here}}
  let second = PageBuffer(page)  // expected-note {{consumed again here}}
  _ = first.count + second.count
}

// expected-error@+1 {{'halves' consumed more than once}}
func useHalfTwice(_ halves: consuming PageBufferHalves) {
  let head = halves.head  // expected-note {{consumed here}}
  let again = halves.head  // expected-note {{consumed again here}}
  _ = head.count + again.count
}
