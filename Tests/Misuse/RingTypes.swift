// The ends of a ring are not copied, they have each one direction, and only what may be sent to
// another thread goes through.

import IOPages

// expected-note@+1 {{class 'Counter' does not conform}}
final class Counter {
  var value = 0
}

// expected-error@+1 {{type 'Counter' does not conform to the 'Sendable' protocol}}
func ringOfUnsendable(_ ring: consuming SingleProducerRing<Counter>) {}

// expected-error@+1 {{'SingleProducerRing<IOPage>.Producer' does not conform to protocol 'Copyable'}}
func keepEnds(_ producers: [SingleProducerRing<IOPage>.Producer]) {}

func copyEnd(_ consumer: borrowing MultiProducerRing<IOPage>.Consumer) {
  let other = copy consumer  // expected-error {{'copy' cannot be applied to noncopyable types}}
  _ = other.count
}

func popFromProducer(_ producer: inout MultiProducerRing<IOPage>.Producer) {
  // expected-error@+1 {{value of type 'MultiProducerRing<IOPage>.Producer' has no member 'pop'}}
  _ = producer.pop()
}

func anotherOfSingle(_ producer: borrowing SingleProducerRing<IOPage>.Producer) {
  // expected-error@+1 {{'SingleProducerRing<IOPage>.Producer' has no member 'another'}}
  _ = producer.another()
}

func popBorrowed(_ consumer: borrowing SingleProducerRing<IOPage>.Consumer) {
  // expected-error@+1 {{cannot use mutating member on immutable value: 'consumer'}}
  _ = consumer.pop()
}

// expected-error@+1 {{type 'RawSpan' does not conform to protocol 'Escapable'}}
func pushSpan(_ producer: inout SingleProducerRing<RawSpan>.Producer) {}
