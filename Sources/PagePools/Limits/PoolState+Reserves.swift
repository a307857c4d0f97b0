// Reserves are kept by accounting, not by setting pages aside: the buddy and a running trim together
// never hold fewer free pages than all clients may still claim, and what others may take is what the
// buddy has beyond that. Pages in caches and depots cover no reserve, since they are handed out without a look at it; so
// caches are filled only from what is beyond the reserves, and pages of clients go to the buddy.

extension PoolState {
  /// The pages of the buddy that a client may take; nil stands for everybody without an account.
  func available(to client: ClientReference?) -> Int {
    buddy.freeFrameCount - reserved + (client.map { unsafe $0.account.pointee.unmetReserve } ?? 0)
  }

  /// Puts pages on a client's account that it has just taken from the buddy.
  mutating func charge(_ pages: Int, to client: ClientReference) {
    // The lock is held.
    let account = unsafe client.account
    let unmet = unsafe account.pointee.unmetReserve
    unsafe account.pointee.pagesOut += pages
    unsafe account.pointee.pagesOwned += pages
    reserved += unsafe account.pointee.unmetReserve - unmet
  }

  /// Takes pages off a client's account that are back in the buddy.
  ///
  /// - Returns: whether nobody refers to the account any more.
  mutating func credit(_ pages: Int, to client: ClientReference) -> Bool {
    // The lock is held.
    let account = unsafe client.account
    let unmet = unsafe account.pointee.unmetReserve
    unsafe account.pointee.pagesOut -= pages
    reserved += unsafe account.pointee.unmetReserve - unmet
    return disown(pages, of: client)
  }

  /// Records that owners of a client's pages are gone whose pages stay out: they are never given back
  /// through the account, and stay on it.
  ///
  /// - Returns: whether nobody refers to the account any more.
  func disown(_ pages: Int, of client: ClientReference) -> Bool {
    // The lock is held.
    unsafe client.account.pointee.pagesOwned -= pages
    return unsafe !client.account.pointee.isOpen && client.account.pointee.pagesOwned == 0
  }

  /// Promises pages to a client. The buddy has so many beyond what is promised already.
  mutating func reserve(_ pages: Int, for client: ClientReference) {
    unsafe client.account.pointee.reserve = pages  // the lock is held
    reserved += pages
  }

  /// Ends the reserve of a client whose view is gone.
  ///
  /// - Returns: whether nobody refers to the account any more.
  mutating func close(_ client: ClientReference) -> Bool {
    // The lock is held.
    reserved -= unsafe client.account.pointee.unmetReserve
    unsafe client.account.pointee.reserve = 0
    unsafe client.account.pointee.isOpen = false
    return disown(0, of: client)
  }

  /// The client's limit and what it has out, if `pages` more would exceed it.
  func exceededLimit(_ pages: Int, of client: ClientReference?) -> OutOfMemory.Limit? {
    guard let client else { return nil }
    // The lock is held.
    let account = unsafe client.account.pointee
    guard pages > account.limit - account.pagesOut else { return nil }
    return OutOfMemory.Limit(pages: account.limit, pagesOut: account.pagesOut)
  }
}
