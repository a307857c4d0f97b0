// A ring has one end for each side, and an element is the giver's or the ring's: two threads that
// push to a ring for one producer do not compile, nor does using a page that was pushed.

import IOPages

func takeProducerTwice() {
  // expected-error@+1 {{'ring' consumed more than once}}
  let ring = SingleProducerRing<IOPage>(capacity: 4)
  let first = ring.producer  // expected-note {{consumed here}}
  let second = ring.producer  // expected-note {{consumed again here}}
  _ = first.capacity + second.capacity
}

func useAfterPush(
  // expected-error@+1 {{'buffer' used after consume}}
  _ producer: inout SingleProducerRing<PageBuffer>.Producer, _ buffer: consuming PageBuffer
) {
  _ = producer.push(buffer)  // expected-note {{consumed here}}
  buffer[0] = 1  // expected-note {{used here}}
}

func pushTwice(
  // expected-error@+1 {{'page' consumed more than once}}
  _ producer: inout SingleProducerRing<IOPage>.Producer, _ page: consuming IOPage
) {
  _ = producer.push(page)  // expected-note {{consumed here}}
  _ = producer.push(page)  // expected-note {{consumed again here}}
}

func pushWithSpan(
  // expected-error@+1 {{'buffer' used after consume}}
  _ producer: inout SingleProducerRing<PageBuffer>.Producer, _ buffer: consuming PageBuffer
) {
  let bytes = buffer.bytes  // expected-note {{conflicting access is here}}
  // expected-note@+2 {{consumed here}}
  // expected-error@+1 {{overlapping accesses to 'buffer'}}
  _ = producer.push(buffer)
  _ = bytes.byteCount
}

func popInTwoTasks(_ consumer: consuming SingleProducerRing<IOPage>.Consumer) {
  // expected-note@+2 {{risks causing races in between local and caller code}}
  // expected-error@+1 {{sending value of non-Sendable type}}
  Task { _ = consumer.pop() }
  Task { _ = consumer.pop() }  // expected-note {{access can happen concurrently}}
}

// expected-error@+1 {{'consumer' is borrowed and cannot be consumed}}
func moveBorrowedEnd(_ consumer: borrowing MultiProducerRing<IOPage>.Consumer) {
  let mine = consumer  // expected-note {{consumed here}}
  _ = mine.count
}
