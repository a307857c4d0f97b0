import IOPageCore
import IOPages
import PagePools

/// Where bytes lie: in which pool, and from which to which of it.
struct Place {
  let pool: Int
  let map: FrameMap
  var bytes: Range<Int>

  /// The pages in which there is a byte.
  var frames: Range<Int> {
    bytes.isEmpty ? 0..<0 : bytes.lowerBound >> 12..<(bytes.upperBound + 4095) >> 12
  }

  /// The client on whose account the pages are. There are bytes.
  var client: ClientModel? { map.client(of: bytes.lowerBound >> 12) }

  /// A part, counted from the first byte.
  func part(_ range: Range<Int>) -> Place {
    let first = bytes.lowerBound + range.lowerBound
    return Place(pool: pool, map: map, bytes: first..<first + range.count)
  }

  func retain() { map.retain(frames) }
  func release() { map.release(frames) }
}

/// A unique buffer of the twin's client.
final class HeldBuffer {
  var buffer: PageBuffer
  var place: Place

  init(_ buffer: consuming PageBuffer, _ place: Place) {
    self.buffer = buffer
    self.place = place
  }

  var count: Int { place.bytes.count }

  /// The buffer itself; an empty one is left in its place.
  func take() -> PageBuffer {
    var buffer = PageBuffer()
    swap(&buffer, &self.buffer)
    return buffer
  }
}

/// What a freeze has frozen: all of its pages stay out until the last reference goes.
final class Frozen {
  var place: Place
  var references = 1

  init(_ place: Place) { self.place = place }
}

/// A shared buffer of the twin's client, and what it is a part of; nothing for an empty one.
struct SharedBuffer {
  var buffer: SharedPageBuffer
  var place: Place
  var frozen: Frozen?
}

/// A list of unique buffers, and where the bytes of each lie.
struct HeldList: ~Copyable {
  var list = PageBufferList<PageBuffer>()
  var places: [Place] = []
}
