// The lowest layer: the buddy alone, without caches, lock or memory behind its frames.

import BuddyAllocator
import CBenchSupport

/// One ``Buddy`` over frames that stand for nothing. For one thread.
@safe
struct BuddyFrames: BenchSubject {
  // Sendable: the workloads use it on one thread at a time, as its limits say.
  nonisolated(unsafe) private let buddy: UnsafeMutablePointer<Buddy>
  private let memory: BuddyMemory

  init(frameCount: Int) {
    memory = BuddyMemory(frameCount: frameCount)
    unsafe buddy = memory.buddy
  }

  var name: SubjectName { .buddy }
  var limits: SubjectLimits { SubjectLimits(isThreadSafe: false) }

  @inline(__always)
  func take(order: Int) -> FrameBlock? {
    // The memory lives as long as this value.
    guard let frame = unsafe buddy.pointee.allocate(order: order) else { return nil }
    bench_use(UInt(bitPattern: frame))
    return FrameBlock(frame: frame, order: order)
  }

  @inline(__always)
  func give(_ block: FrameBlock) {
    do throws(InvalidFree) {
      // The memory lives as long as this value.
      try unsafe buddy.pointee.free(block.frame, order: block.order)
    } catch {
      fatalError("The buddy refuses a block that it gave: \(error).")
    }
  }
}

/// The buddy and its metadata.
@safe
private final class BuddyMemory: @unchecked Sendable {
  // Sendable: the pointers never change.
  let buddy: UnsafeMutablePointer<Buddy>
  private let metadata: UnsafeMutableRawPointer

  init(frameCount: Int) {
    let largestOrder = min(18, BlockOrder.fitting(frameCount: frameCount))
    let byteCount = Buddy.metadataByteCount(frameCount: frameCount, largestOrder: largestOrder)
    // Zeroed, aligned to a line, of the size that the buddy asks for, and freed after it.
    unsafe metadata = .allocate(byteCount: byteCount, alignment: 4096)
    unsafe metadata.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    unsafe buddy = .allocate(capacity: 1)
    unsafe buddy.initialize(
      to: Buddy(metadata: metadata, frameCount: frameCount, largestOrder: largestOrder))
    unsafe buddy.pointee.extend(to: frameCount)
  }

  deinit {
    // Made in the initialiser; the buddy goes before its metadata.
    unsafe buddy.deinitialize(count: 1)
    unsafe buddy.deallocate()
    unsafe metadata.deallocate()
  }
}

/// A block by the numbers of its frames, which nobody owns.
struct FrameBlock {
  var frame: Int
  var order: Int
}
