// Whose is the memory at this address? SwiftNIO frees the memory of a ByteBuffer by a function that
// gets the address and nothing else, so the owner of the bytes is kept here until then, under the
// address of the first one. That also tells pages from memory of the heap, in which a byte buffer
// goes on that was copied or has outgrown its pages.
//
// An entry goes before its pages do, and so nobody else can have got the same address meanwhile. An
// owner knows by itself where its pages belong, be it to a client's account, and they go back like
// any others, through the caches.

#if NIO
  internal import Glibc
  internal import IOPageCore
  internal import PagePools

  /// The owners of the bytes that are out as byte buffers.
  ///
  /// All of it may be used from any thread. 64 tables by the number of the page, each with a lock of
  /// its own, so that event loops seldom meet.
  final class OwnersByAddress: Sendable {
    /// Those of this process.
    static let shared = {
      let owners = OwnersByAddress()
      holdAcrossForks()
      return owners
    }()

    private static let tableCount = 64
    private let tables = (0..<tableCount).map { _ in Table() }

    private final class Table: @unchecked Sendable {
      // `lock` guards `owners`. The standard library's Mutex cannot be held across a fork.
      let lock = PoolLock()
      var owners: [UInt: Entry] = [:]
    }

    private struct Entry {
      /// Nobody reads or slices it: what the byte buffer writes changes nothing that is shared.
      var owner: SharedPageBuffer
      /// How many byte buffers begin at the address. More than one only in a forked child, which may
      /// have mapped memory of its own where its parent had some that the child was not given.
      var count: Int
    }

    private func withTable<Result>(of address: UInt, _ body: (Table) -> Result) -> Result {
      let number = Int(truncatingIfNeeded: address >> UInt(PagePool.pageShift))
      let table = tables[number & (Self.tableCount - 1)]
      table.lock.acquire()
      defer { table.lock.release() }
      return body(table)
    }

    /// Keeps what owns the bytes at an address. O(1).
    func insert(_ buffer: consuming PageBuffer, at address: UInt) {
      let owner = buffer.freeze()
      let replaced = withTable(of: address) { table in
        let others = table.owners[address]?.count ?? 0
        return table.owners.updateValue(Entry(owner: owner, count: others + 1), forKey: address)
      }
      // In a forked child, what the parent had there; dropped without the lock.
      withExtendedLifetime(replaced) {}
    }

    /// Lets go of what owns the bytes at an address. O(1).
    ///
    /// - Returns: the owner, to be dropped, which may take a while and must not happen with a lock
    ///   held; nil if the address is not that of such bytes.
    func remove(_ address: UInt) -> SharedPageBuffer? {
      withTable(of: address) { table in
        guard let entry = table.owners[address] else { return nil }
        table.owners[address] =
          entry.count == 1 ? nil : Entry(owner: entry.owner, count: entry.count - 1)
        return entry.owner
      }
    }

    /// Lets a forked child find the tables in order, and no lock held by a thread that it does not
    /// have.
    private static func holdAcrossForks() {
      let status = pthread_atfork(
        { OwnersByAddress.shared.acquireAll() }, { OwnersByAddress.shared.releaseAll() },
        { OwnersByAddress.shared.releaseAll() })
      precondition(status == 0, "There is no memory for the handlers of forks.")
    }

    private func acquireAll() { for table in tables { table.lock.acquire() } }
    private func releaseAll() { for table in tables { table.lock.release() } }
  }
#endif
