// A buffer goes to another task whole: by a ring, an actor's call or `Optional.take()`. A closure
// that captures it cannot give it away, since it may run twice; a borrowed buffer and a span cannot
// be captured at all, since the task may outlive the lender.

import IOPages

func captureInTask(_ buffer: consuming PageBuffer) {
  Task {
    // expected-error@+1 {{'buffer' cannot be consumed when captured by an escaping closure}}
    _ = buffer.freeze()
  }
}

func captureAndUse(_ buffer: consuming PageBuffer) {
  // expected-error@+2 {{sending value of non-Sendable type}}
  // expected-note@+1 {{risks causing races in between local and caller code}}
  Task {
    print(buffer.count)
  }
  buffer[0] = 1  // expected-note {{access can happen concurrently}}
}

// expected-error@+1 {{'buffer' cannot be captured by an escaping closure}}
func captureBorrowed(_ buffer: borrowing PageBuffer) {
  Task {  // expected-note {{closure capturing 'buffer' here}}
    print(buffer.count)
  }
}

func captureLocal(_ pool: PagePool) throws {
  let buffer = try PageBuffer(count: 64, from: pool)
  Task {
    // expected-error@+1 {{'buffer' cannot be consumed when captured by an escaping closure}}
    let shared = buffer.freeze()
    print(shared.count)
  }
}

func sendInGroup(_ pool: PagePool) async throws {
  let buffer = try PageBuffer(count: 64, from: pool)
  await withTaskGroup(of: Void.self) { group in
    // expected-error@+3 {{passing closure as a 'sending' parameter risks causing data races}}
    // expected-error@+2 {{'buffer' cannot be consumed when captured by an escaping closure}}
    // expected-note@+1 {{closure captures reference to mutable let 'buffer'}}
    group.addTask { _ = buffer.freeze() }
  }
}

func giveToAsyncLet(_ pool: PagePool) async throws -> Int {
  let buffer = try PageBuffer(count: 64, from: pool)
  // expected-error@+1 {{'buffer' cannot be consumed when captured by an escaping closure}}
  async let shared = buffer.freeze()
  return await shared.count
}

// expected-note@+1 {{parameter 'buffer' is declared 'inout'}}
func captureMutably(_ buffer: inout PageBuffer) -> () -> Void {
  // expected-error@+2 {{escaping closure captures 'inout' parameter 'buffer'}}
  // expected-note@+1 {{captured here}}
  { buffer[0] = 1 }
}

actor Receiver {
  var buffer: PageBuffer?
  func receive(_ buffer: consuming sending PageBuffer) { self.buffer = consume buffer }
}

// expected-error@+1 {{'buffer' is borrowed and cannot be consumed}}
func sendBorrowed(_ buffer: borrowing PageBuffer, to receiver: Receiver) async {
  await receiver.receive(buffer)  // expected-note {{consumed here}}
}

// expected-error@+1 {{'buffer' consumed more than once}}
func sendTwice(_ buffer: consuming PageBuffer, to first: Receiver, _ second: Receiver) async {
  await first.receive(buffer)  // expected-note {{consumed here}}
  await second.receive(buffer)  // expected-note {{consumed again here}}
}

// expected-note@+1 {{it depends on the lifetime of argument 'buffer'}}
func captureSpan(_ buffer: borrowing PageBuffer) {
  // expected-error@+1 {{lifetime-dependent variable 'bytes' escapes its scope}}
  let bytes = buffer.bytes
  // expected-note@+1 {{this use causes the lifetime-dependent value to escape}}
  Task { print(bytes.byteCount) }
}
