// A list as the kernel takes it: an array of addresses and lengths, for writev(2), readv(2), sendmsg(2)
// and the like. It is made for the time of the call, on the stack if it is short.

internal import DequeModule
public import Glibc
public import IOPageCore

extension PageBufferList where Element: ~Copyable {
  /// The most vectors that Linux takes in one call: `IOV_MAX`.
  public static var largestVectorCount: Int { 1024 }

  /// Calls `body` with the addresses and lengths of the buffers, for a call that reads from them:
  /// `writev`. They may be used until `body` returns.
  ///
  /// After a call that has written `n` bytes, `removeFirst(n)` leaves what there is still to write.
  ///
  /// - Parameters:
  ///   - limit: the most vectors to give; the buffers behind are left out.
  ///   - body: gets as many vectors as the list has buffers, or `limit`.
  /// - Complexity: O(elements), and what `body` takes.
  public borrowing func withIOVectors<Result, Failure: Error>(
    limit: Int = largestVectorCount,
    _ body: (UnsafeBufferPointer<iovec>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(limit >= 0, "A number of vectors must not be negative.")
    let vectorCount = min(limit, elementCount)
    return try unsafe withTemporaryVectors(vectorCount) { (vectors) throws(Failure) -> Result in
      for index in 0..<vectorCount {
        unsafe elements[index].withUnsafeBytes { bytes in
          // The kernel only reads what an iovec of a writing call points to.
          unsafe vectors[index] = iovec(
            iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
        }
      }
      return try unsafe body(UnsafeBufferPointer(vectors))
    }
  }
}

extension PageBufferList where Element: WritableBytes & ~Copyable {
  /// Calls `body` with the addresses and lengths of the buffers, for a call that writes to them:
  /// `readv`. They may be used until `body` returns.
  ///
  /// After a call that has read `n` bytes, `takeFirst(n)` gives them.
  ///
  /// - Parameters:
  ///   - limit: the most vectors to give; the buffers behind are left out.
  ///   - body: gets as many vectors as the list has buffers, or `limit`.
  /// - Complexity: O(elements), and what `body` takes.
  public mutating func withMutableIOVectors<Result, Failure: Error>(
    limit: Int = largestVectorCount,
    _ body: (UnsafeBufferPointer<iovec>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // The list has the buffers alone and is not used by anybody else meanwhile.
    try unsafe withIOVectors(limit: limit, body)
  }
}

/// Calls `body` with memory for `count` vectors that need not be initialised.
@unsafe
private func withTemporaryVectors<Result, Failure: Error>(
  _ count: Int, _ body: (UnsafeMutableBufferPointer<iovec>) throws(Failure) -> Result
) throws(Failure) -> Result {
  // withUnsafeTemporaryAllocation passes on no typed errors.
  var result: Swift.Result<Result, Failure>?
  unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: count) { vectors in
    do throws(Failure) {
      // Memory for so many, which the body initialises.
      result = .success(try unsafe body(vectors))
    } catch {
      result = .failure(error)
    }
  }
  return try result!.get()
}
