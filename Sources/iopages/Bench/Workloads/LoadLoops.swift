// The loops of W11. Each is compiled by itself, for one kind of bytes; those over a pointer are the
// same without what a buffer does.

import CBenchSupport
import IOPages

/// Adds up integers of two bytes in network byte order, so many times, and returns the sum of one.
enum LoadLoops {
  @inline(never)
  static func sum<Bytes: ReadableBytes & ~Copyable>(
    _ bytes: borrowing Bytes, times: Int
  ) -> UInt64 {
    var sum: UInt64 = 0
    for _ in 0..<times {
      sum = 0
      var offset = 0
      while offset < bytes.bytes.byteCount {
        sum &+= UInt64(bytes.load(fromByteOffset: offset, as: UInt16.self, .bigEndian))
        offset += 2
      }
      bench_use(UInt(sum))
    }
    return sum
  }

  @inline(never)
  static func sum(_ bytes: UnsafeRawPointer, count: Int, times: Int) -> UInt64 {
    var sum: UInt64 = 0
    for _ in 0..<times {
      sum = 0
      var offset = 0
      while offset < count {
        // Two of an even number of bytes that the caller has.
        let stored = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
        sum &+= UInt64(UInt16(bigEndian: stored))
        offset += 2
      }
      bench_use(UInt(sum))
    }
    return sum
  }

  @inline(never)
  static func sumIndexed<Bytes: ReadableBytes & ~Copyable>(
    _ bytes: borrowing Bytes, times: Int
  ) -> UInt64 {
    var sum: UInt64 = 0
    for _ in 0..<times {
      sum = 0
      for index in 0..<bytes.bytes.byteCount / 2 {
        sum &+= UInt64(bytes.load(fromByteOffset: index * 2, as: UInt16.self, .bigEndian))
      }
      bench_use(UInt(sum))
    }
    return sum
  }

  @inline(never)
  static func sumIndexed(_ bytes: UnsafeRawPointer, count: Int, times: Int) -> UInt64 {
    var sum: UInt64 = 0
    for _ in 0..<times {
      sum = 0
      for index in 0..<count / 2 {
        // Two of an even number of bytes that the caller has.
        let stored = unsafe bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)
        sum &+= UInt64(UInt16(bigEndian: stored))
      }
      bench_use(UInt(sum))
    }
    return sum
  }

  @inline(never)
  static func sumStrided<Bytes: ReadableBytes & ~Copyable>(
    _ bytes: borrowing Bytes, times: Int
  ) -> UInt64 {
    var sum: UInt64 = 0
    for _ in 0..<times {
      sum = 0
      for offset in stride(from: 0, to: bytes.bytes.byteCount, by: 2) {
        sum &+= UInt64(bytes.load(fromByteOffset: offset, as: UInt16.self, .bigEndian))
      }
      bench_use(UInt(sum))
    }
    return sum
  }

  @inline(never)
  static func sumStrided(_ bytes: UnsafeRawPointer, count: Int, times: Int) -> UInt64 {
    var sum: UInt64 = 0
    for _ in 0..<times {
      sum = 0
      for offset in stride(from: 0, to: count, by: 2) {
        // Two of an even number of bytes that the caller has.
        let stored = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
        sum &+= UInt64(UInt16(bigEndian: stored))
      }
      bench_use(UInt(sum))
    }
    return sum
  }

  @inline(never)
  static func sum<Bytes: ReadableBytes & ~Copyable>(
    _ bytes: borrowing Bytes, at offsets: [Int], times: Int
  ) -> UInt64 {
    var sum: UInt64 = 0
    for _ in 0..<times {
      sum = 0
      for offset in offsets {
        sum &+= UInt64(bytes.load(fromByteOffset: offset, as: UInt16.self, .bigEndian))
      }
      bench_use(UInt(sum))
    }
    return sum
  }

  @inline(never)
  static func sum(_ bytes: UnsafeRawPointer, at offsets: [Int], times: Int) -> UInt64 {
    var sum: UInt64 = 0
    for _ in 0..<times {
      sum = 0
      for offset in offsets {
        // The offsets are those of two bytes that the caller has.
        let stored = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
        sum &+= UInt64(UInt16(bigEndian: stored))
      }
      bench_use(UInt(sum))
    }
    return sum
  }
}
