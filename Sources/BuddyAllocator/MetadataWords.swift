// The one place of this target that touches a pointer: the allocator's metadata as an array of
// 64-bit words. Everything above addresses words by index, and every index is computed from a
// frame number that was checked at the public edge. Debug builds check each index again.

/// The caller's metadata memory, seen as 64-bit words.
@safe
struct MetadataWords {
  private let base: UnsafeMutablePointer<UInt64>
  private let count: Int

  /// - Parameter memory: `count` zeroed or earlier written words that outlive this value.
  @unsafe
  init(_ memory: UnsafeMutableRawPointer, count: Int) {
    // The caller of `Buddy.init` promises memory of this size that nobody else uses.
    unsafe base = memory.bindMemory(to: UInt64.self, capacity: count)
    self.count = count
  }

  @inline(__always)
  subscript(index: Int) -> UInt64 {
    get {
      assert(index >= 0 && index < count, "Metadata index out of bounds.")
      // In bounds: the index comes from a checked frame number and the geometry of `count`.
      return unsafe base[index]
    }
    nonmutating set {
      assert(index >= 0 && index < count, "Metadata index out of bounds.")
      // In bounds, as above.
      unsafe base[index] = newValue
    }
  }
}
