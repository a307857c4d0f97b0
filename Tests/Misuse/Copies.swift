// A buffer with one owner is not copied, not by a variable, not by a container, not by a generic
// function that copies: two owners would be two threads that write, and two who give pages back.

import IOPages

func copyByCopy(_ buffer: borrowing PageBuffer) {
  let other = copy buffer  // expected-error {{'copy' cannot be applied to noncopyable types}}
  _ = other.count
}

func keepInArray(_ buffer: consuming PageBuffer) {
  // expected-error@+1 {{generic struct 'Array' requires that 'PageBuffer' conform to 'Copyable'}}
  let buffers = [buffer]
  _ = buffers.count
}

// expected-error@+1 {{type 'PageBuffer' does not conform to protocol 'Copyable'}}
func keepInArrayByType(_ buffers: [PageBuffer]) {}

// expected-error@+1 {{type 'PageBuffer' does not conform to protocol 'Copyable'}}
func keepInDictionary(_ buffers: [Int: PageBuffer]) {}

func copyList(_ list: borrowing PageBufferList<SharedPageBuffer>) {
  let other = copy list  // expected-error {{'copy' cannot be applied to noncopyable types}}
  _ = other.count
}

func keepInTuple(_ first: consuming PageBuffer, _ second: consuming PageBuffer) {
  // expected-error@+1 {{containing noncopyable element is not supported}}
  let both = (first, second)
  _ = both.0.count
}

// expected-note@+1 {{'where Value: Copyable' is implicit here}}
func useTwice<Value>(_ value: Value) -> (Value, Value) { (value, value) }

func callGeneric(_ buffer: consuming PageBuffer) {
  // expected-error@+1 {{requires that 'PageBuffer' conform to 'Copyable'}}
  _ = useTwice(buffer)
}

// expected-error@+1 {{return expression of type 'PageBuffer' does not conform to 'Copyable'}}
func eraseType(_ buffer: consuming PageBuffer) -> Any { buffer }

struct Frame {  // expected-note {{consider adding '~Copyable' to struct 'Frame'}}
  // expected-error@+1 {{struct 'Frame' has non-Copyable type 'PageBuffer'}}
  var payload: PageBuffer
}
