// An address is outside of what the compiler checks. With strict memory safety each use of one is
// marked by a word that a reviewer can look for.

import IOPages

func addressOfBuffer(_ buffer: borrowing PageBuffer) -> Int {
  // expected-warning@+2 {{expression uses unsafe constructs but is not marked with 'unsafe'}}
  // expected-note@+1 {{reference to unsafe property 'baseAddress'}}
  Int(bitPattern: buffer.baseAddress)
}

func releasePage(_ page: consuming IOPage) -> Int {
  // expected-warning@+2 {{expression uses unsafe constructs but is not marked with 'unsafe'}}
  // expected-note@+1 {{reference to unsafe instance method 'release()'}}
  page.release().count
}

func adopt(
  _ bytes: UnsafeMutableRawBufferPointer, _ pool: PagePool
) throws(AdoptionError) -> IOPage {
  // expected-warning@+3 {{expression uses unsafe constructs but is not marked with 'unsafe'}}
  // expected-note@+2 {{reference to unsafe initializer 'init(adopting:from:)'}}
  // expected-note@+1 {{reference to parameter 'bytes' involves unsafe type}}
  try IOPage(adopting: bytes, from: pool)
}
