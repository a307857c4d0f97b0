// What an inspected pool remembers of each frame, in one word:
//
//   bits  0...31  when it was taken or given back, in milliseconds since the pool was opened
//   bits 32...55  who took it last: the number of a tag in the pool's list; 0: nobody has
//   bit  56       out: a client has it
//   bit  57       guard: it stands behind a run, and nobody may touch it
//   bit  58       poisoned: it is filled with the pattern
//   bit  59       inaccessible: a guard that the kernel guards
//
// A word is changed with the pool's lock held. Who has a frame, or the frame before a guard, reads the
// word without it, since only on its own behalf is it changed; whether the frame behind a run is a guard
// is asked also where that frame is somebody else's.

internal import Synchronization

/// What is remembered of one frame.
struct FrameNote: Equatable {
  static let siteLimit = 1 << 24

  var word: UInt64

  private static let out: UInt64 = 1 << 56
  private static let isGuardBit: UInt64 = 1 << 57
  private static let poisoned: UInt64 = 1 << 58
  private static let inaccessible: UInt64 = 1 << 59

  init(word: UInt64 = 0) { self.word = word }

  /// Milliseconds since the pool was opened, at most 49 days.
  var time: UInt32 {
    get { UInt32(truncatingIfNeeded: word) }
    set { word = word & ~0xffff_ffff | UInt64(newValue) }
  }
  /// The place of the last owner's tag in the pool's list.
  var site: Int {
    get { Int(word >> 32 & 0xff_ffff) }
    set { word = word & ~(0xff_ffff << 32) | UInt64(newValue) << 32 }
  }
  var isOut: Bool {
    get { word & FrameNote.out != 0 }
    set { word = newValue ? word | FrameNote.out : word & ~FrameNote.out }
  }
  var isGuard: Bool {
    get { word & FrameNote.isGuardBit != 0 }
    set { word = newValue ? word | FrameNote.isGuardBit : word & ~FrameNote.isGuardBit }
  }
  var isPoisoned: Bool {
    get { word & FrameNote.poisoned != 0 }
    set { word = newValue ? word | FrameNote.poisoned : word & ~FrameNote.poisoned }
  }
  var isInaccessible: Bool {
    get { word & FrameNote.inaccessible != 0 }
    set { word = newValue ? word | FrameNote.inaccessible : word & ~FrameNote.inaccessible }
  }
}

/// The notes of all frames, over memory that the pool was given.
@safe
struct FrameNotes: @unchecked Sendable {
  // Sendable: every word is atomic.
  private let words: UnsafeMutablePointer<Atomic<UInt64>>
  let frameCount: Int

  static func byteCount(frameCount: Int) -> Int { frameCount * MemoryLayout<UInt64>.stride }

  /// - Parameter memory: `byteCount(frameCount:)` zeroed bytes that outlive this value.
  @unsafe
  init(_ memory: UnsafeMutableRawPointer, frameCount: Int) {
    // Atomic<UInt64> has the layout of UInt64, and zero is a valid value of it.
    unsafe words = memory.bindMemory(to: Atomic<UInt64>.self, capacity: frameCount)
    self.frameCount = frameCount
  }

  subscript(frame: Int) -> FrameNote {
    get {
      precondition(frame >= 0 && frame < frameCount, "No frame of the pool.")
      return unsafe FrameNote(word: words[frame].load(ordering: .relaxed))  // in bounds
    }
    nonmutating set {
      precondition(frame >= 0 && frame < frameCount, "No frame of the pool.")
      unsafe words[frame].store(newValue.word, ordering: .relaxed)  // in bounds
    }
  }
}

extension PoolMemory {
  /// The notes in the memory that is there for them; nil if there is none.
  var notes: FrameNotes? {
    // As much as PoolMemory promises.
    unsafe frameNotes.map { unsafe FrameNotes($0, frameCount: pageCount) }
  }
}
