// What the pools need from the world below them, for a Linux process. The bare-metal counterpart
// is Platform+Bare.swift; nothing else in this target knows on what it runs.

#if os(Linux)
  internal import CPageMemory
  internal import Synchronization

  /// The services of the machine, for a Linux process.
  enum Platform {
    /// A number that no other running thread has, never zero. Costs no system call.
    static var threadIdentifier: UInt { page_memory_thread_identifier() }

    /// The processor that the calling thread ran on a moment ago. Only a hint.
    static var processorNumber: Int { Int(page_memory_processor_number()) }

    /// Milliseconds of a clock that never goes back.
    static var milliseconds: Int { Int(page_memory_milliseconds()) }

    /// Where a thread's rseq area lies from its thread pointer; 0 if there is none.
    static var sequencesArea: UInt { UInt(page_memory_sequences_area()) }

    /// Whether restartable sequences can be used. If so, ``barrier()`` can be.
    static var sequenceSupport: SequenceSupport {
      switch page_memory_sequences_state() {
      case Int32(PAGE_MEMORY_SEQUENCES_USABLE): .usable
      case Int32(PAGE_MEMORY_SEQUENCES_ARCHITECTURE): .otherArchitecture
      case Int32(PAGE_MEMORY_SEQUENCES_NOT_REGISTERED): .notRegistered
      case Int32(PAGE_MEMORY_SEQUENCES_SANITIZER): .sanitizer
      default: .barrierRefused
      }
    }

    /// The best way to use caches that this process has.
    static var cacheMethod: ProcessorCacheMethod {
      sequenceSupport == .usable ? .restartableSequences : .exchange
    }

    /// Whether memory can be made inaccessible to instrumented code: the address sanitizer runs.
    static var hasAddressSanitizer: Bool { page_memory_poisons() != 0 }

    /// Makes memory of the caller's an error to touch.
    @unsafe
    static func poison(_ start: UnsafeMutableRawPointer, byteCount: Int) {
      unsafe page_memory_poison(start, byteCount)
    }

    /// Takes that back.
    @unsafe
    static func unpoison(_ start: UnsafeMutableRawPointer, byteCount: Int) {
      unsafe page_memory_unpoison(start, byteCount)
    }

    /// Returns when every critical section that was running has ended or will start again.
    static func barrier() { page_memory_sequences_barrier() }

    /// Tells the processor that this is a loop which waits.
    @inline(__always)
    static func relax() { page_memory_relax() }

    /// Lets others run: the caller has looked `attempt` times for what another thread is to do.
    static func pause(attempt: Int) {
      page_memory_pause(UInt32(truncatingIfNeeded: min(attempt, 1000)))
    }

    /// Sleeps while `word` holds `value`; may return early.
    @unsafe
    static func wait(at word: UnsafePointer<Atomic<UInt32>>, while value: UInt32) {
      // An Atomic<UInt32> is four bytes, as the futex wants them; the caller keeps it alive.
      unsafe page_memory_futex_wait(
        UnsafeRawPointer(word).assumingMemoryBound(to: UInt32.self), value)
    }

    /// Wakes one thread, or all, that sleep in ``wait(at:while:)``.
    @unsafe
    static func wake(at word: UnsafePointer<Atomic<UInt32>>, all: Bool) {
      // The address is only a key here: the kernel does not read it.
      unsafe page_memory_futex_wake(
        UnsafeRawPointer(word).assumingMemoryBound(to: UInt32.self), all ? .max : 1)
    }
  }
#endif
