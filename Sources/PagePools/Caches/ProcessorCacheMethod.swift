// What a client may know and choose of the caches.

/// How the caches of a pool are kept from being used by two threads at once.
public enum ProcessorCacheMethod: Sendable {
  /// By restartable sequences (rseq): no locked instruction at all. The kernel restarts a section
  /// that was interrupted.
  case restartableSequences
  /// By one atomic exchange for each use.
  case exchange
  /// There are no caches: every request takes the pool's lock.
  case none
}

/// Whether a process can use restartable sequences, and if not, why.
public enum SequenceSupport: Sendable {
  /// It can.
  case usable
  /// They are written for x86-64 only.
  case otherArchitecture
  /// The C library has not registered them: it is older than glibc 2.35, was told not to, or the
  /// kernel lacks rseq(2), as valgrind's does.
  case notRegistered
  /// A sanitizer runs, which does not see into them.
  case sanitizer
  /// The kernel refuses membarrier(2), which draining another processor's cache needs.
  case barrierRefused
}

extension PagePool {
  /// Whether this process can use restartable sequences. Any thread.
  public static var sequenceSupport: SequenceSupport { Platform.sequenceSupport }

  /// The best way that this process has to use processors' caches, and so the one that new pools
  /// use. Any thread.
  public static var availableCacheMethod: ProcessorCacheMethod { Platform.cacheMethod }

  /// How this pool's caches are used; in a forked child, not at all. Any thread.
  public var cacheMethod: ProcessorCacheMethod {
    guard reference.isOwnedByThisProcess else { return .none }
    return reference.withLock { $0.caches.method }
  }

  /// Gives everything that the processors' caches and a quarantine hold to the buddy, where it merges with its
  /// neighbours. A request that would fail does so by itself: this is for those who look at the
  /// pool's blocks.
  ///
  /// - Complexity: O(processors in use + cached blocks), with the pool's lock held. Any thread.
  public func drainCaches() {
    guard reference.isOwnedByThisProcess else { return }
    reference.withLock { state in
      reference.collect(&state)
      reference.unsealIfPlenty(&state)
    }
  }
}
