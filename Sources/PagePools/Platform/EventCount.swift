// Waiting for something that another thread does, without holding a lock meanwhile.

internal import Synchronization

/// A count of events that threads can wait for.
struct EventCount: ~Copyable {
  private let events = Atomic<UInt32>(0)

  /// The number of events so far.
  var current: UInt32 { events.load(ordering: .acquiring) }

  /// Records an event and wakes all that wait for one.
  borrowing func signal() {
    events.wrappingAdd(1, ordering: .releasing)
    // `events` stays where it is while it is borrowed.
    unsafe withUnsafePointer(to: events) { unsafe Platform.wake(at: $0, all: true) }
  }

  /// Returns when there has been an event after the one that `current` was read at.
  borrowing func wait(after seen: UInt32) {
    while events.load(ordering: .acquiring) == seen {
      unsafe withUnsafePointer(to: events) { unsafe Platform.wait(at: $0, while: seen) }
    }
  }
}
