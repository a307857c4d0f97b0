// Operations on a buddy out of bytes: what a fuzzer makes. Each takes six, and reads sizes and places
// small enough to meet what is there, now and then as they come.

extension BuddyOperation {
  package static let byteCount = 6

  /// The region that two bytes stand for.
  package static func geometry(_ first: UInt8, _ second: UInt8) -> Geometry {
    let frames = [1, 2, 63, 64, 65, 200, 1000, 4097][Int(first & 7)]
    return Geometry(frameCount: frames, largestOrder: [0, 1, 5, 6, 7, 11, 12, 18][Int(second & 7)])
  }

  /// The operations that bytes stand for; what is left over is none.
  package static func operations(
    from bytes: some Collection<UInt8>, in geometry: Geometry
  ) -> [BuddyOperation] {
    let bytes = Array(bytes)
    return stride(from: 0, through: bytes.count - byteCount, by: byteCount).map { start in
      operation(Array(bytes[start..<start + byteCount]), in: geometry)
    }
  }

  private static func operation(_ bytes: [UInt8], in geometry: Geometry) -> BuddyOperation {
    let order = Int(Int8(bitPattern: bytes[1])) % 20
    let first = (Int(bytes[2]) | Int(bytes[3]) << 8) % (geometry.frameCount + 2) - 1
    let count = (Int(bytes[4]) | Int(bytes[5]) << 8) % (geometry.frameCount + 2)
    let frames = first..<first + count
    // What would trap by contract is no operation.
    let someFrames = first..<first + max(count, 1)
    switch bytes[0] % 12 {
    case 0, 1: return .allocateBlock(order: max(order, 0))
    case 2: return .allocateRun(frames: max(count, 1))
    case 3: return .allocateAt(someFrames)
    case 4: return .allocateBatch(order: max(order, 0), count: count)
    case 5: return .extend(to: min(geometry.frameCount, max(first, 0) + count))
    case 6: return .withhold(someFrames)
    case 7: return .release(frames)
    case 8: return .freeRun(frames)
    case 9:
      let word = UInt64(bytes[4]) | UInt64(bytes[5]) << 8
      return .freeGroup(first >> 6, mask: word << UInt64(bytes[3] & 63), order: order)
    default: return .freeBlock(first, order: order)
    }
  }
}
