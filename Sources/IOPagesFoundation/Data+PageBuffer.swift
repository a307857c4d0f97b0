// Pages become Data by its `bytesNoCopy`, with a function that lets go of their owner.
//
// Data writes to such memory in place while one value has it alone. That is right for bytes with one
// owner. Shared ones it would change under the eyes of others, and there is no way to forbid it, so
// that they become Data only if nobody else has them.

#if Foundation
  public import FoundationEssentials
  public import IOPageCore

  extension Data {
    /// Makes `Data` of a buffer's bytes, without a copy.
    ///
    /// It is like any other. Slices and copies share the pages. Writing goes to them while one value
    /// has them alone; else, and where it outgrows the bytes, it goes on in memory of the heap. The
    /// pages are given back when the last value goes that has them, on any thread.
    ///
    /// There is no way back: `Data` cannot give its memory up. Up to 14 bytes it copies into itself;
    /// the pages are given back at once then.
    ///
    /// - Parameter buffer: the bytes; none give empty data.
    /// - Complexity: O(1). Any thread.
    public init(takingOwnershipOf buffer: consuming PageBuffer) {
      guard !buffer.isEmpty else {
        self.init()
        return
      }
      let start = unsafe buffer.baseAddress
      // Nobody reads or slices the owner: what is written changes nothing that is shared.
      let owner = buffer.freeze()
      // The bytes stay as long as the closure, which Data keeps until it has called it, once.
      unsafe self.init(
        bytesNoCopy: start, count: owner.count,
        deallocator: .custom { _, _ in withExtendedLifetime(owner) {} })
    }

    /// Makes `Data` of pages, without a copy: see ``init(takingOwnershipOf:)-(PageBuffer)``.
    ///
    /// - Complexity: O(1). Any thread.
    public init(takingOwnershipOf page: consuming IOPage) {
      self.init(takingOwnershipOf: PageBuffer(page))
    }

    /// Makes `Data` of shared bytes: of the bytes themselves if `buffer` is the only reference to
    /// them, else of a copy, since `Data` may be written to.
    ///
    /// - Parameter buffer: give it up (`consume buffer`), or it counts as another reference.
    /// - Complexity: O(1); O(bytes) if they are copied. Any thread.
    public init(copyingIfShared buffer: consuming SharedPageBuffer) {
      do throws(AdoptionError) {
        self.init(takingOwnershipOf: try buffer.thaw())
      } catch {
        // The bytes are there for as long as the closure runs.
        self = unsafe buffer.withUnsafeBytes { unsafe Data($0) }
      }
    }
  }
#endif
