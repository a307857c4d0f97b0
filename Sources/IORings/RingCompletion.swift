// What the kernel says about one finished transfer.

public import SystemPackage

/// The outcome of one transfer that was given to a ``Ring``.
public struct RingCompletion: Equatable, Sendable {
  /// The number that the transfer was given when it was prepared.
  public let tag: UInt64
  /// The bytes transferred, which may be fewer than asked for, or why none were.
  public let result: Result<Int, Errno>

  init(tag: UInt64, kernelResult: Int32) {
    self.tag = tag
    // The kernel answers as a system call does: a count, or an error number made negative.
    self.result =
      kernelResult < 0 ? .failure(Errno(rawValue: -kernelResult)) : .success(Int(kernelResult))
  }
}
