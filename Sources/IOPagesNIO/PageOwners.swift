// Whose is the memory at this address? SwiftNIO frees the memory of a ByteBuffer by a function that
// gets the address and nothing else, so what owns it is kept here until then, under that address. It
// also tells pages from the memory of the heap in which a buffer goes on that was copied or has
// outgrown its pages.
//
// An entry goes before its pages do: nobody else can get the same address while it is here. Pages keep
// what they need to find home themselves, a client's account included, and on the way back they pass
// through the caches like any other.

#if NIO
  internal import Glibc
  internal import IOPageCore
  internal import PagePools

  /// A run of pages that a byte buffer has.
  final class PageOwner: Sendable {
    private let page: IOPage

    init(_ page: consuming IOPage) { self.page = page }
  }

  /// The owners of memory that is out as byte buffers.
  ///
  /// All of it may be used from any thread. 64 tables by the number of the page, each with a lock of
  /// its own, so that event loops seldom meet.
  final class PageOwners: Sendable {
    /// Those of this process.
    static let shared = {
      let owners = PageOwners()
      holdAcrossForks()
      return owners
    }()

    private static let shardCount = 64
    private let shards = (0..<shardCount).map { _ in Shard() }

    private final class Shard: @unchecked Sendable {
      // `lock` guards `owners`. The standard library's Mutex cannot be held across a fork.
      let lock = PoolLock()
      var owners: [UInt: Entry] = [:]
    }

    private struct Entry {
      var owner: PageOwner
      /// How many buffers begin at the address. More than one only in a forked child: where pages of
      /// its parent were that it does not have, it may have mapped its own.
      var buffers: Int
    }

    private func shard(of address: UInt) -> Shard {
      shards[Int(truncatingIfNeeded: address >> UInt(PagePool.pageShift)) & (Self.shardCount - 1)]
    }

    /// Keeps an owner until ``remove(_:)``. O(1).
    func insert(_ owner: PageOwner, at address: UInt) {
      let shard = shard(of: address)
      shard.lock.acquire()
      defer { shard.lock.release() }
      let others = shard.owners[address]?.buffers ?? 0
      shard.owners[address] = Entry(owner: owner, buffers: others + 1)
    }

    /// The owner of memory that a byte buffer is done with; the pages go with it. O(1).
    ///
    /// - Returns: nil if the memory is not pages.
    func remove(_ address: UInt) -> PageOwner? {
      let shard = shard(of: address)
      shard.lock.acquire()
      defer { shard.lock.release() }
      guard let entry = shard.owners[address] else { return nil }
      if entry.buffers > 1 {
        shard.owners[address]?.buffers -= 1
      } else {
        shard.owners[address] = nil
      }
      // With the lock held, the pages must not go: that may take a while.
      return entry.owner
    }

    /// Lets a forked child find the tables in order, and no lock held by a thread that it does not
    /// have.
    private static func holdAcrossForks() {
      let status = pthread_atfork(
        { PageOwners.shared.shards.forEach { $0.lock.acquire() } },
        { PageOwners.shared.shards.forEach { $0.lock.release() } },
        { PageOwners.shared.shards.forEach { $0.lock.release() } })
      precondition(status == 0, "There is no memory for the handlers of forks.")
    }
  }
#endif
