import MemoryTestSupport
import Testing

extension Trait where Self == LeakCheck {
  /// A test takes frames, which are plain numbers, and does not give all of them back.
  static var leavesFrames: LeakCheck {
    .leavesPages(because: "frames have no owners that would give them back")
  }
}
