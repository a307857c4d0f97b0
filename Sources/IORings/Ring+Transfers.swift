// Preparing transfers and giving them to the kernel.

import CLiburing
import Glibc
public import SystemPackage

extension Ring {
  /// The most bytes that the kernel transfers at a time, as read(2) and write(2) have it.
  public static let largestTransferByteCount = 0x7fff_f000

  /// Prepares reading `buffer.count` bytes of `file` from `offset` on into `buffer`.
  ///
  /// Memory that ``registerFixedBuffers(of:)`` registered travels as a fixed buffer. Of more bytes
  /// than ``largestTransferByteCount`` only so many are asked for.
  /// - Parameter tag: A number of the caller's choice, which the completion repeats.
  /// - Throws: ``RingError/full`` if ``capacity`` transfers are prepared or in flight.
  /// - Complexity: O(1), no system call.
  /// - Warning: `buffer` and `file` must stay valid, and nobody else may touch the bytes of
  ///   `buffer`, until the completion was taken.
  @unsafe
  public mutating func prepareRead(
    from file: FileDescriptor, at offset: Int64, into buffer: UnsafeMutableRawBufferPointer,
    tag: UInt64
  ) throws(RingError) {
    let entry = try unsafe nextEntry()
    let length = UInt32(min(buffer.count, Self.largestTransferByteCount))
    // The caller promises that the buffer stays valid; the entry belongs to the submission queue.
    if let slice = unsafe fixedBufferIndex(of: UnsafeRawBufferPointer(buffer)) {
      unsafe io_uring_prep_read_fixed(
        entry, file.rawValue, buffer.baseAddress, length, UInt64(offset), Int32(slice))
    } else {
      unsafe io_uring_prep_read(
        entry, file.rawValue, buffer.baseAddress, length, UInt64(offset))
    }
    unsafe io_uring_sqe_set_data64(entry, tag)
  }

  /// Prepares writing the bytes of `buffer` to `file` from `offset` on.
  ///
  /// Memory that ``registerFixedBuffers(of:)`` registered travels as a fixed buffer. Of more bytes
  /// than ``largestTransferByteCount`` only so many are asked for.
  /// - Parameter tag: A number of the caller's choice, which the completion repeats.
  /// - Throws: ``RingError/full`` if ``capacity`` transfers are prepared or in flight.
  /// - Complexity: O(1), no system call.
  /// - Warning: `buffer` and `file` must stay valid, and nobody may change the bytes of `buffer`,
  ///   until the completion was taken.
  @unsafe
  public mutating func prepareWrite(
    to file: FileDescriptor, at offset: Int64, from buffer: UnsafeRawBufferPointer, tag: UInt64
  ) throws(RingError) {
    let entry = try unsafe nextEntry()
    let length = UInt32(min(buffer.count, Self.largestTransferByteCount))
    // As in prepareRead.
    if let slice = unsafe fixedBufferIndex(of: buffer) {
      unsafe io_uring_prep_write_fixed(
        entry, file.rawValue, buffer.baseAddress, length, UInt64(offset), Int32(slice))
    } else {
      unsafe io_uring_prep_write(
        entry, file.rawValue, buffer.baseAddress, length, UInt64(offset))
    }
    unsafe io_uring_sqe_set_data64(entry, tag)
  }

  /// Gives the prepared transfers to the kernel, as many as it takes.
  ///
  /// A kernel that is short of memory, or has completions for which there is no room, takes none
  /// (`EAGAIN`, `EBUSY`); the rest stays prepared and goes with the next call.
  /// - Throws: ``RingError/interrupted`` or ``RingError/failed(call:_:)``; what the kernel did not
  ///   take stays prepared.
  /// - Complexity: One system call, none if nothing is prepared.
  public mutating func submit() throws(RingError) {
    guard preparedCount > 0 else { return }
    // The queues are this value's own, and it is held exclusively for the call.
    try recordSubmission(unsafe io_uring_submit(&queues))
  }

  /// Gives the prepared transfers to the kernel and waits until a completion is there to be taken.
  ///
  /// - Precondition: A transfer is prepared or in flight; there would be nothing to wait for.
  /// - Throws: ``RingError/interrupted`` if a signal came first, or the kernel took nothing for now
  ///   and nothing is in flight; ``RingError/failed(call:_:)`` otherwise. What the kernel did not
  ///   take stays prepared.
  /// - Complexity: Two system calls, and the wait.
  public mutating func submitAndWait() throws(RingError) {
    precondition(preparedCount + inFlightCount > 0, "no transfer to wait for")
    try submit()
    guard inFlightCount > 0 else {
      // No completion will come. A moment, so that whoever asks again at once does not spin.
      usleep(1000)
      throw .interrupted
    }
    var completion: UnsafeMutablePointer<io_uring_cqe>?
    // As in submit. The completion stays where it is; only its presence counts.
    let status = unsafe io_uring_wait_cqe(&queues, &completion)
    guard status >= 0 else {
      let errno = Errno(rawValue: -status)
      throw Self.isPassing(errno) ? .interrupted : .entering(errno)
    }
  }

  /// Whether an error of `io_uring_enter` goes by itself, or by taking completions.
  static func isPassing(_ errno: Errno) -> Bool {
    errno == .interrupted || errno == .resourceTemporarilyUnavailable || errno == .resourceBusy
  }

  private mutating func recordSubmission(_ status: Int32) throws(RingError) {
    guard status >= 0 else {
      let errno = Errno(rawValue: -status)
      guard errno != .interrupted, Self.isPassing(errno) else { throw .entering(errno) }
      return
    }
    preparedCount -= Int(status)
    inFlightCount += Int(status)
  }

  /// An entry of the submission queue, counted as prepared; the caller fills it before it does
  /// anything else with the ring.
  private mutating func nextEntry() throws(RingError) -> UnsafeMutablePointer<io_uring_sqe> {
    guard preparedCount + inFlightCount < capacity else { throw .full }
    // The queue has at least `capacity` entries, rounded up to a power of two.
    guard let entry = unsafe io_uring_get_sqe(&queues) else { throw .full }
    preparedCount += 1
    return unsafe entry
  }
}
