// Who waits for pages, in the order of their coming. While there is anybody, the pool is sealed: every
// page that comes back comes to the buddy, under the lock, and whoever lets go of the lock has tried
// the head of the queue first. Nothing overtakes it, not even a request that would fit where the head
// does not: a large request would never have its turn.

/// The requests that wait.
struct WaitingQueue {
  private var requests: [WaitingRequest] = []
  /// Requests whose fate is decided, and whose waiters have not been woken yet.
  var decided: [WaitingRequest] = []
  /// Whether the pool is kept sealed because of the queue.
  var holdsSeal = false

  var isEmpty: Bool { requests.isEmpty }
  var count: Int { requests.count }
  var head: WaitingRequest? { requests.first }

  /// Whether there is something to do before the lock is let go of.
  var needsService: Bool { holdsSeal || !decided.isEmpty }

  mutating func append(_ request: WaitingRequest) { requests.append(request) }

  mutating func removeHead() { requests.removeFirst() }

  /// Takes a request out, wherever it stands. Returns whether it was there. O(requests).
  mutating func remove(_ request: WaitingRequest) -> Bool {
    guard let index = requests.firstIndex(where: { $0 === request }) else { return false }
    requests.remove(at: index)
    return true
  }
}
