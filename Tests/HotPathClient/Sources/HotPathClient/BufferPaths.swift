// What a driver does to each buffer between taking its pages and dropping it.

import IOPages

/// Reads integers in a loop.
@inline(never)
func loadIntegers(_ buffer: borrowing PageBuffer) -> UInt64 {
  var sum: UInt64 = 0
  var offset = 0
  while offset < buffer.count - 1 {
    sum &+= UInt64(buffer.load(fromByteOffset: offset, as: UInt16.self, .bigEndian))
    offset += 2
  }
  return sum
}

/// Reads integers of bytes that others share.
@inline(never)
func loadSharedIntegers(_ buffer: borrowing SharedPageBuffer) -> UInt64 {
  var sum: UInt64 = 0
  var offset = 0
  while offset < buffer.count - 1 {
    sum &+= UInt64(buffer.load(fromByteOffset: offset, as: UInt16.self, .bigEndian))
    offset += 2
  }
  return sum
}

/// Writes integers in a loop.
@inline(never)
func storeIntegers(_ buffer: inout PageBuffer, _ value: UInt32) {
  var offset = 0
  while offset < buffer.count - 3 {
    buffer.storeBytes(of: value, toByteOffset: offset, as: UInt32.self, .bigEndian)
    offset += 4
  }
}

/// Looks at a part without taking it off.
@inline(never)
func borrowSlice(_ buffer: borrowing PageBuffer, _ start: Int, _ end: Int) -> UInt64 {
  let slice = buffer.bytes(in: start..<end)
  var sum: UInt64 = 0
  for index in 0..<slice.byteCount { sum &+= UInt64(buffer[start + index]) }
  return sum &+ UInt64(slice.byteCount)
}

/// Cuts the first page off and puts it back: neither cut is inside a page.
@inline(never)
func splitAndJoinPages(_ buffer: inout PageBuffer) -> Bool {
  var page = buffer.takeFirst(IOPage.pageSize)
  let isJoined = page.join(&buffer)
  swap(&page, &buffer)
  return isJoined
}

/// Cuts off the first bytes, which may end inside a page.
@inline(never)
func takePrefix(_ buffer: inout PageBuffer, _ length: Int) -> PageBuffer {
  buffer.takeFirst(length)
}

/// Takes a frame apart.
@inline(never)
func splitFrame(_ frame: consuming PageBuffer, at offset: Int) -> PageBufferHalves {
  frame.split(at: offset)
}

/// Joins what may have been cut inside a page.
@inline(never)
func joinParts(_ first: inout PageBuffer, _ second: inout PageBuffer) -> Bool {
  first.join(&second)
}

/// Skips bytes at both ends.
@inline(never)
func narrow(_ buffer: inout PageBuffer, _ head: Int, _ tail: Int) {
  buffer.removeFirst(head)
  buffer.removeLast(tail)
}

/// Takes a page as a buffer, and drops it.
@inline(never)
func takeAndDropBuffer(_ pool: PagePool) throws(OutOfMemory) {
  let buffer = PageBuffer(try pool.allocate(order: 0, contents: .uninitialized))
  _ = consume buffer
}

/// Runs all of them, so that they are seen to do what they are looked at for.
func runBufferPaths(_ pool: PagePool) throws -> Bool {
  try takeAndDropBuffer(pool)
  var buffer = try PageBuffer(count: 2 * IOPage.pageSize, from: pool)
  storeIntegers(&buffer, 0x0001_0002)
  guard loadIntegers(buffer) == 3 * 2048, borrowSlice(buffer, 1, 5) == 3 + 4,
    splitAndJoinPages(&buffer)
  else { return false }
  var head = takePrefix(&buffer, 42)
  guard head.count == 42, joinParts(&head, &buffer) else { return false }
  narrow(&head, 2, 4096)
  var halves = splitFrame(head, at: 40)
  guard joinParts(&halves.head, &halves.tail) else { return false }
  var rest = PageBuffer()
  swap(&rest, &halves.head)
  return loadSharedIntegers(freezeBuffer(rest)) == 2 + 3 * 1023
}

/// Shares the bytes, which takes memory for a count of references: nothing for the common path, and
/// what shows that the script sees such a thing.
@inline(never)
func freezeBuffer(_ buffer: consuming PageBuffer) -> SharedPageBuffer {
  buffer.freeze()
}
