// The account of a client that takes pages from a pool through a view with a limit of its own. The
// pages must come back to the account wherever they are dropped, while their owners stay three words
// whose end is inlined. So a page of such a client points not to the pool's control block but to this
// account, which begins as a control block does: with a head, in which no cache may be used. The
// common path therefore ends on the slow one, which sees whose the page is.
//
//   head     at byte 0: `parent` is the pool's control block; the rest is zero
//   account  at byte 128: guarded by the pool's lock
//
// It is memory of the heap, freed when the view is gone and the last page is back. Nobody can come
// too late: whoever reads it has the view or a page, and gives that up under the pool's lock, after
// which it does not look again. The one who finds that nobody is left frees it.

internal import Synchronization

/// What one client has, and may have.
struct ClientAccount {
  /// The pages that the client may have out at once.
  let limit: Int
  /// The pages that are always to be had by it; 0 once the view is gone.
  var reserve: Int
  /// The pages that count against both.
  var pagesOut = 0
  /// The pages whose owners refer to the account.
  var pagesOwned = 0
  /// Whether the view exists.
  var isOpen = true

  /// What of the reserve is not out.
  var unmetReserve: Int { max(0, reserve - pagesOut) }
}

/// A reference to a client's account that ARC does not count. Whoever has one has the view, or a page
/// of the client.
@safe
package struct ClientReference: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer

  /// Makes an account in which nothing is reserved yet.
  init(creatingFor pool: PoolReference, limit: Int) {
    unsafe pointer = .allocate(
      byteCount: PoolHead.byteCount + MemoryLayout<ClientAccount>.size,
      alignment: PoolHead.byteCount)
    // Fresh memory of that size.
    unsafe pointer.bindMemory(to: PoolHead.self, capacity: 1)
      .initialize(to: PoolHead(clientOf: pool.pointer))
    unsafe (pointer + PoolHead.byteCount).bindMemory(to: ClientAccount.self, capacity: 1)
      .initialize(to: ClientAccount(limit: limit, reserve: 0))
  }

  init(_ pointer: UnsafeMutableRawPointer) { unsafe self.pointer = pointer }

  /// What the owners of the client's pages refer to.
  package var reference: PoolReference { unsafe PoolReference(pointer) }  // begins with a head

  /// The account, to be used with the pool's lock held.
  @unsafe
  var account: UnsafeMutablePointer<ClientAccount> {
    // Bound in init(creatingFor:limit:), and valid as the type's contract says.
    unsafe (pointer + PoolHead.byteCount).assumingMemoryBound(to: ClientAccount.self)
  }

  /// Frees the account. Nobody refers to it any more.
  func deallocate() {
    // Initialised in init(creatingFor:limit:), and freed only here.
    unsafe account.deinitialize(count: 1)
    unsafe pointer.assumingMemoryBound(to: PoolHead.self).deinitialize(count: 1)
    unsafe pointer.deallocate()
  }
}

extension PoolReference {
  /// The client whose pages refer to this; nil if this is a pool itself.
  var client: ClientReference? {
    // Never changes; in a forked child, a pool's own head is zero.
    unsafe head.pointee.parent == nil ? nil : ClientReference(pointer)
  }

  /// The pool that serves: this one, or the one of which this is a client.
  package var serving: PoolReference {
    // As above.
    unsafe head.pointee.parent.map { unsafe PoolReference($0) } ?? self
  }
}
