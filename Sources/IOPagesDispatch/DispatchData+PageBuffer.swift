// Pages become DispatchData by its `bytesNoCopy`, with a block that keeps their owner. Nobody can
// write through DispatchData, so that shared bytes can become it as well.

#if Dispatch
  public import Dispatch
  public import IOPageCore

  extension DispatchData {
    /// Makes `DispatchData` of shared bytes, without a copy.
    ///
    /// What is cut out of it or put together of it shares the pages. When the last of that is gone,
    /// the reference goes: on a queue, and so a little later.
    ///
    /// - Warning: On Linux, Dispatch of Swift 6.3 never lets go of data that `data[index]` or `first`
    ///   was used on, and so the pages never come back. Iterate, enumerate or copy instead.
    ///
    /// - Parameters:
    ///   - buffer: the bytes; none give empty data.
    ///   - queue: where the reference goes, and with it the pages, if no other one is left. nil for
    ///     the system's queue of default quality.
    /// - Complexity: O(1). Any thread.
    public init(sharing buffer: SharedPageBuffer, releasingOn queue: DispatchQueue? = nil) {
      guard !buffer.isEmpty else {
        self = .empty
        return
      }
      self = unsafe buffer.withUnsafeBytes { bytes in
        // The bytes stay as long as the block, which is kept until it was called, once.
        unsafe DispatchData(
          bytesNoCopy: bytes, deallocator: .custom(queue) { withExtendedLifetime(buffer) {} })
      }
    }

    /// Makes `DispatchData` of a buffer's bytes, without a copy: see ``init(sharing:releasingOn:)``.
    ///
    /// - Complexity: O(1). Any thread.
    public init(
      takingOwnershipOf buffer: consuming PageBuffer, releasingOn queue: DispatchQueue? = nil
    ) {
      self.init(sharing: buffer.freeze(), releasingOn: queue)
    }

    /// Makes `DispatchData` of pages, without a copy: see ``init(sharing:releasingOn:)``.
    ///
    /// - Complexity: O(1). Any thread.
    public init(
      takingOwnershipOf page: consuming IOPage, releasingOn queue: DispatchQueue? = nil
    ) {
      self.init(takingOwnershipOf: PageBuffer(page), releasingOn: queue)
    }
  }
#endif
