// What the pools need from the world below them, on a machine without an operating system: one
// processor, no threads to put to sleep.

#if !os(Linux)
  #if !hasFeature(Embedded)
    #error("Pools run in a Linux process, or as Embedded Swift without an operating system.")
  #endif
  internal import Synchronization

  /// The services of the machine, without an operating system.
  enum Platform {
    /// A number that no other running thread has, never zero.
    static var threadIdentifier: UInt { 1 }

    /// The processor that runs this.
    static var processorNumber: Int { 0 }

    /// There is no clock.
    static var milliseconds: Int { 0 }

    /// There is none.
    static var sequencesArea: UInt { 0 }

    /// There are no critical sections to restart.
    static var sequenceSupport: SequenceSupport { .notRegistered }

    /// One processor without interruptions has no use for caches in front of its lock.
    static var cacheMethod: ProcessorCacheMethod { .none }

    /// There are no sanitizers.
    static var hasAddressSanitizer: Bool { false }

    /// Never called.
    @unsafe
    static func poison(_ start: UnsafeMutableRawPointer, byteCount: Int) {}

    /// Never called.
    @unsafe
    static func unpoison(_ start: UnsafeMutableRawPointer, byteCount: Int) {}

    /// There are no critical sections.
    static func barrier() {}

    /// Nothing to wait for.
    static func relax() {}

    /// Nobody else runs.
    static func pause(attempt: Int) {}

    /// Returns at once: the caller looks again, which is to spin.
    @unsafe
    static func wait(at word: UnsafePointer<Atomic<UInt32>>, while value: UInt32) {}

    /// Nobody sleeps.
    @unsafe
    static func wake(at word: UnsafePointer<Atomic<UInt32>>, all: Bool) {}
  }
#endif
