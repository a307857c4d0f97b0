// What looks like the misuse beside it and is right: it compiles without a diagnostic, so that the
// other files fail for what they do and not for how they are compiled.

import IOPages

func splitOnce(_ buffer: consuming PageBuffer) -> Int {
  let halves = buffer.split(at: 14)
  return halves.head.count + halves.tail.count
}

func useBothHalves(_ halves: consuming PageBufferHalves) -> PageBuffer {
  var head = halves.head
  var tail = halves.tail
  tail.fill(with: 0)
  _ = head.join(&tail)
  return head
}

func reuseAfterFreeze(_ buffer: inout PageBuffer) -> SharedPageBuffer {
  let shared = buffer.freeze()
  buffer = PageBuffer()
  return shared
}

// As in README.md.
func takePayload(
  of frame: consuming PageBuffer, into payloads: inout [SharedPageBuffer]
) -> PageBuffer? {
  guard frame.count >= 14,
    frame.load(fromByteOffset: 12, as: UInt16.self, .bigEndian) == 0x0800
  else { return nil }
  let parts = frame.split(at: 14)
  payloads.append(parts.tail.freeze())
  return parts.head
}

func writeAfterReading(_ buffer: inout PageBuffer) -> Int {
  let count = buffer.bytes.byteCount
  do {
    let bytes = buffer.bytes
    _ = bytes.byteCount
  }
  buffer[0] = 1
  return count
}

func oneMutableSpanAfterTheOther(_ buffer: inout PageBuffer) {
  var first = buffer.mutableBytes(in: 0..<14)
  first.storeBytes(of: 1, toByteOffset: 0, as: UInt8.self)
  var second = buffer.mutableBytes(in: 14..<34)
  second.storeBytes(of: 1, toByteOffset: 0, as: UInt8.self)
}

func twoSpansToRead(_ buffer: borrowing PageBuffer) -> Int {
  let first = buffer.bytes(in: 0..<14)
  let second = buffer.bytes(in: 7..<34)
  return first.byteCount + second.byteCount
}

func shareWithTasks(_ buffer: consuming PageBuffer) {
  let shared = buffer.freeze()
  Task { print(shared[0..<14]) }
  Task { print(shared[14..<34]) }
}

func useInOneTask(_ buffer: consuming PageBuffer) {
  Task {
    buffer[0] = 1
  }
}

actor Receiver {
  var buffer: PageBuffer?
  func receive(_ buffer: consuming sending PageBuffer) { self.buffer = consume buffer }
  func take() -> PageBuffer? { buffer.take() }
}

func sendHalves(
  _ buffer: consuming PageBuffer, to first: Receiver, _ second: Receiver
) async {
  let halves = buffer.split(at: 14)
  await first.receive(halves.head)
  await second.receive(halves.tail)
}

func keepInUniqueArray(_ buffer: consuming PageBuffer) -> UniqueArray<PageBuffer> {
  var buffers = UniqueArray<PageBuffer>()
  buffers.append(buffer)
  return buffers
}

func send(_ header: consuming PageBuffer, _ payload: SharedPageBuffer) {
  var packet = PageBufferList(payload)
  packet.prepend(header.freeze())
  packet.removeFirst(4)
}

func handOver(_ buffer: consuming PageBuffer) {
  let ring = SingleProducerRing<PageBuffer>(capacity: 4)
  var producer = ring.producer
  var consumer = ring.consumer
  Task { _ = await consumer.next()?.count }
  if var refused = producer.push(buffer) { refused[0] = 1 }
}

func oneProducerEach(
  _ first: consuming MultiProducerRing<PageBuffer>.Producer, _ pool: PagePool
) throws {
  var second = first.another()
  _ = first.push(try PageBuffer(count: 64, from: pool))
  Task { _ = second.push(try PageBuffer(count: 64, from: pool)) }
}

struct Frame: ~Copyable {
  var payload: PageBuffer
}

final class Connection {
  private var received = PageBuffer()

  func takeReceived() -> PageBuffer {
    var buffer = PageBuffer()
    swap(&buffer, &received)
    return buffer
  }
}

func keyOfDictionary(_ buffer: SharedPageBuffer) -> [SharedPageBuffer: Int] { [buffer: 1] }

func pageAndBack(_ page: consuming IOPage) throws(AdoptionError) -> IOPage {
  var buffer = PageBuffer(page)
  return try buffer.takePages()
}
