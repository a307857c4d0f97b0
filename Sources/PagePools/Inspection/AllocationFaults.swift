// Requests that fail on purpose, so that a program's own answer to a lack of memory can be tested. A
// pool with faults is sealed: each request comes to the slow path, which is the only one that looks for
// them, so that pools without pay nothing.

internal import Synchronization

/// Which of a pool's requests are to fail, with the reason ``OutOfMemory/Reason/injected``.
///
/// Of the requests that match, the first ``passing`` are met, of the following each fails with
/// ``probability`` until ``count`` have failed. The n-th request alone: `passing: n - 1, count: 1`.
public struct AllocationFaults: Sendable {
  /// How many matching requests are met before the first may fail.
  public var passing: Int
  /// How many are to fail.
  public var count: Int
  /// How likely it is that one fails, from 0 to 1.
  public var probability: Double
  /// The seed of the random numbers, where the probability is less than 1.
  public var seed: UInt64
  /// Requests of smaller blocks are met.
  public var smallestOrder: Int
  /// If there is one, requests with another tag are met. The place does not count.
  public var tag: AllocationTag?

  /// Faults of these requests; by default, of all.
  public init(
    passing: Int = 0, count: Int = .max, probability: Double = 1, seed: UInt64 = 1,
    smallestOrder: Int = 0, tag: AllocationTag? = nil
  ) {
    self.passing = passing
    self.count = count
    self.probability = probability
    self.seed = seed
    self.smallestOrder = smallestOrder
    self.tag = tag
  }

  /// What has become of such faults so far.
  public struct Outcome: Equatable, Sendable {
    /// The requests that matched.
    public var matched: Int
    /// Those of them that failed.
    public var failed: Int

    /// An outcome of these figures; by default, of no faults.
    public init(matched: Int = 0, failed: Int = 0) {
      self.matched = matched
      self.failed = failed
    }
  }

  /// Faults at work.
  struct Progress {
    let faults: AllocationFaults
    var outcome = Outcome()
    private var random: UInt64

    init(_ faults: AllocationFaults) {
      self.faults = faults
      random = faults.seed
    }

    /// Whether a request is to fail.
    mutating func strikes(_ request: PageRequest, _ tag: AllocationTag) -> Bool {
      guard request.order >= faults.smallestOrder,
        faults.tag.map({ $0.value == tag.value }) ?? true
      else { return false }
      outcome.matched += 1
      guard outcome.matched > faults.passing, outcome.failed < faults.count,
        faults.probability >= 1 || nextUnit() < faults.probability
      else { return false }
      outcome.failed += 1
      return true
    }

    /// A number from 0 up to 1, by SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    private mutating func nextUnit() -> Double {
      random &+= 0x9e37_79b9_7f4a_7c15
      var mixed = random
      mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
      mixed ^= mixed >> 31
      return Double(mixed >> 11) / Double(1 << 53)
    }
  }
}

extension PagePool {
  /// Has requests fail from now on; these faults replace former ones. Views of the pool and its set
  /// are affected as well. The pool is sealed until ``removeFaults()``.
  ///
  /// - Complexity: O(cached blocks). Any thread.
  public func inject(_ faults: AllocationFaults) {
    guard reference.isOwnedByThisProcess else { return }
    reference.withLock { state in
      if state.faults == nil { state.caches.sealHolders += 1 }
      state.faults = AllocationFaults.Progress(faults)
      reference.seal(&state)
      reference.setHasFaults(true)
    }
  }

  /// Ends the faults.
  ///
  /// - Returns: what has become of them.
  /// - Complexity: O(processors in use). Any thread.
  @discardableResult
  public func removeFaults() -> AllocationFaults.Outcome {
    guard reference.isOwnedByThisProcess else { return AllocationFaults.Outcome() }
    return reference.withLock { state in
      guard let progress = state.faults else { return AllocationFaults.Outcome() }
      state.faults = nil
      state.caches.sealHolders -= 1
      reference.setHasFaults(false)
      reference.unsealIfPlenty(&state)
      return progress.outcome
    }
  }
}

extension PoolReference {
  /// Records whether requests may have to fail. The lock is held.
  func setHasFaults(_ hasFaults: Bool) {
    // Atomic, and valid as the type's contract says.
    unsafe control.pointee.hasFaults.store(hasFaults, ordering: .relaxed)
  }

  /// Throws if the request is to fail on purpose.
  @inline(__always)
  func checkFaults(_ request: PageRequest, _ tag: AllocationTag) throws(OutOfMemory) {
    // As above.
    guard unsafe control.pointee.hasFaults.load(ordering: .relaxed) else { return }
    try strike(request, tag)
  }

  private func strike(_ request: PageRequest, _ tag: AllocationTag) throws(OutOfMemory) {
    let failure = withLock { state -> OutOfMemory? in
      guard state.faults?.strikes(request, tag) ?? false else { return nil }
      return PoolReference.failure(request, state: state, reason: .injected)
    }
    guard let failure else { return }
    statistics.add(1, to: .failures)
    throw failure
  }
}
