// Bytes that several values share and nobody changes. Freezing a unique buffer makes one box, which
// has the buffer; every copy and slice counts as a reference to the box, and has an address and a
// length of its own:
//
//   slice ---+
//   slice ---+--> FrozenPages: the buffer that was frozen ---> pages
//   copy  ---+
//
// The last reference gives the pages back, or makes a unique buffer of its bytes again. Slices keep
// the whole of what was frozen; an empty one keeps nothing.

internal import PagePools

/// What was frozen. Nothing in it changes, unless one reference is left.
@usableFromInline
final class FrozenPages: @unchecked Sendable {
  // Sendable: it is changed only by whoever has the only reference.
  var buffer: PageBuffer

  init(_ buffer: consuming PageBuffer) { self.buffer = buffer }
}

/// Bytes in pages that can be copied as a value, cut into slices, sent anywhere, and not changed.
///
/// Made by ``PageBuffer/freeze()``. A copy or a slice costs one reference count and no memory. It is
/// compared and hashed by its bytes.
@safe
@frozen
public struct SharedPageBuffer: ReadableBytes, @unchecked Sendable {
  // Sendable: nobody writes to the bytes, and references are counted atomically.
  @usableFromInline
  var pages: FrozenPages?
  @usableFromInline
  var start: UnsafeRawPointer
  /// The number of bytes.
  public internal(set) var count: Int

  /// No bytes.
  public init() {
    pages = nil
    // Never used.
    unsafe start = UnsafeRawPointer(PoolReference.none.pointer)
    count = 0
  }

  /// Shares the bytes of `buffer`.
  init(freezing buffer: consuming PageBuffer) {
    // An empty buffer's address is never used.
    unsafe start = UnsafeRawPointer(buffer.start)
    count = buffer.count
    pages = count > 0 ? FrozenPages(buffer) : nil
  }

  /// Whether there are no bytes at all. O(1).
  @inlinable
  public var isEmpty: Bool { count == 0 }

  /// The bytes, to read.
  ///
  /// - Complexity: O(1).
  @inlinable
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // The bytes are kept by the reference in `self`, which the span borrows.
      let span = unsafe RawSpan(_unsafeStart: start, byteCount: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
}

extension SharedPageBuffer {
  /// The distance of the first byte from the start of its region, in bytes, as
  /// ``PageBuffer/regionOffset``: what a device that is to send the bytes takes. 0 for an empty one.
  ///
  /// - Precondition: the pool belongs to this process.
  /// - Complexity: O(1).
  public var regionOffset: Int {
    guard let pages else { return 0 }
    // Both are addresses of bytes in the buffer that was frozen.
    return pages.buffer.regionOffset + (unsafe start - UnsafeRawPointer(pages.buffer.start))
  }
}

extension PageBuffer {
  /// Gives up the right to change the bytes: from now on they can be shared.
  ///
  /// - Returns: the bytes, the only reference to them.
  /// - Complexity: O(1): one allocation of a few words, none if the buffer is empty.
  public consuming func freeze() -> SharedPageBuffer { SharedPageBuffer(freezing: self) }
}

extension SharedPageBuffer: Hashable, Comparable {}
