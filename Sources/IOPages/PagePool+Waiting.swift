// Waiting for pages instead of failing, for code that would only try again: a receive path that has lost
// its buffers to a slow consumer. Requests are met in the order in which they began to wait, and by
// whoever gives pages back: no thread of the library's polls.

public import IOPageCore
public import PagePools

extension PagePool {
  /// Takes `pages` pages next to each other, and waits until `deadline` for them if they are not there.
  ///
  /// While anybody waits, the pool's caches are out of use, pages that come back go to the request that
  /// has waited longest, and whatever is asked for meanwhile comes after it, whether it could be met or
  /// not: requests that do not wait fail with the reason ``OutOfMemory/Reason/othersWait``. Only what is
  /// reserved for a client stays its own.
  ///
  /// - Parameters:
  ///   - pages: how many; none gives an empty page at once.
  ///   - deadline: when to give up. One that has passed makes this a request that does not wait.
  ///   - contents: what they hold.
  ///   - reclaim: whether reclaimers may be asked before waiting begins.
  ///   - tag: what they are for; it costs nothing unless the pool records tags.
  /// - Throws: ``OutOfMemory``: with the reason that held at the deadline; with
  ///   ``OutOfMemory/Reason/cancelled`` when the task is cancelled, pages that it was granted at that
  ///   very moment going back; with ``OutOfMemory/Reason/notBacked`` as soon as the kernel has no
  ///   memory for pages that were granted; and at once what no waiting would change.
  /// - Precondition: `pages` is not negative.
  /// - Complexity: as the request that does not wait, and O(requests that wait) where it has to. Any
  ///   task.
  public func allocate(
    pages: Int, orWaitingUntil deadline: ContinuousClock.Instant,
    contents: PageContents = .zeroed, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) async throws(OutOfMemory) -> IOPage {
    do throws(OutOfMemory) {
      return try allocate(pages: pages, contents: contents, reclaim: reclaim, tag: tag)
    } catch {
      let frames = try await wait(
        for: .run(pages: pages), insteadOf: error, until: deadline, contents: contents, tag: tag)
      return IOPage(frames, of: reference)
    }
  }

  /// Takes a block of `2^order` pages, aligned to its size, and waits until `deadline` for it if it is
  /// not there, as ``allocate(pages:orWaitingUntil:contents:reclaim:tag:)`` does.
  ///
  /// - Throws: ``OutOfMemory``, as there.
  /// - Precondition: `order` is not negative.
  /// - Complexity: as there.
  public func allocate(
    order: Int, orWaitingUntil deadline: ContinuousClock.Instant,
    contents: PageContents = .zeroed, reclaim: ReclaimPolicy = .allowed,
    tag: AllocationTag = .none
  ) async throws(OutOfMemory) -> IOPage {
    do throws(OutOfMemory) {
      return try allocate(order: order, contents: contents, reclaim: reclaim, tag: tag)
    } catch {
      let frames = try await wait(
        for: .block(order: order), insteadOf: error, until: deadline, contents: contents, tag: tag)
      return IOPage(frames, of: reference)
    }
  }

  /// How many requests wait at the moment. O(1), any thread.
  public var waitingRequestCount: Int { reference.waitingRequestCount }

  /// Waits in the pool's queue after a request has failed.
  private func wait(
    for request: PageRequest, insteadOf failure: OutOfMemory,
    until deadline: ContinuousClock.Instant, contents: PageContents, tag: AllocationTag
  ) async throws(OutOfMemory) -> Range<Int> {
    guard failure.reason.mayPass, ContinuousClock.now < deadline else { throw failure }
    // It has not failed yet.
    reference.discountFailure()
    let reference = reference
    let waiting = WaitingRequest(request)
    if reference.join(waiting) == .waiting {
      await withTaskCancellationHandler {
        await PagePool.sleep(until: deadline, waking: waiting, reference)
      } onCancel: {
        reference.endWait(of: waiting)
      }
    }
    return try settle(waiting, isCancelled: Task.isCancelled, contents: contents, tag: tag)
  }

  /// What has become of a request that waits no more: its pages, unless its task is cancelled.
  func settle(
    _ waiting: WaitingRequest, isCancelled: Bool, contents: PageContents, tag: AllocationTag
  ) throws(OutOfMemory) -> Range<Int> {
    let fate = reference.fate(of: waiting)
    if case .granted(let first) = fate {
      guard isCancelled else {
        return try reference.receive(waiting, firstPage: first, contents: contents, tag: tag)
      }
      reference.decline(waiting, firstPage: first)
    }
    reference.countFailure()
    if case .ended(let failure) = fate, !isCancelled { throw failure }
    throw reference.cancellation(of: waiting)
  }

  /// Sleeps until the fate of a request is decided, which it is at the deadline.
  private static func sleep(
    until deadline: ContinuousClock.Instant, waking waiting: WaitingRequest,
    _ reference: PoolReference
  ) async {
    await withTaskGroup { group in
      group.addTask {
        try? await Task.sleep(until: deadline, clock: .continuous)
        reference.endWait(of: waiting)
      }
      await withCheckedContinuation { continuation in
        reference.notify(waiting) { continuation.resume() }
      }
      group.cancelAll()
    }
  }
}

extension OutOfMemory.Reason {
  /// Whether the same request may be met later, by what others give back.
  fileprivate var mayPass: Bool {
    switch self {
    case .exhausted, .fragmented, .othersWait, .notBacked: true
    case .largerThanRegion, .noPoolOnNode, .limit, .cancelled, .injected, .notOwner: false
    }
  }
}
