// A part of a memory file beside the region's pages: tables that another process is to find there.

package import SystemPackage

/// A part of a memory file, mapped. A forked child does not have it.
package final class MemoryFileWindow: Sendable {
  /// Bytes mapped.
  package let byteCount: Int
  private let address: Int
  private let owner: ProcessGeneration
  private let systemCalls: SystemCalls

  /// Maps `byteCount` bytes of the file from `offset` on. The descriptor need not stay open.
  ///
  /// - Parameter isPopulated: whether all of it comes into memory now.
  /// - Throws: `.sideTablesRefused`.
  /// - Precondition: both numbers are multiples of the page, and the file has those bytes.
  package init(
    of file: FileDescriptor, offset: Int, byteCount: Int, isPopulated: Bool,
    systemCalls: SystemCalls = .linux
  ) throws(RegionError) {
    precondition(
      offset >= 0 && byteCount > 0 && (offset | byteCount) % pageByteCount == 0,
      "a part of a memory file that is not whole pages")
    let owner = try ProcessGeneration.current(systemCalls)
    let detail = "\(byteCount) bytes of the memory file"
    let address = try call("mmap", .sideTablesRefused, detail) { () throws(Errno) in
      try systemCalls.map(
        .file(.anywhere, descriptor: file.rawValue, offset: offset), byteCount)
    }
    do throws(RegionError) {
      try call("madvise", .sideTablesRefused, detail) { () throws(Errno) in
        try systemCalls.advise(address, byteCount, .notInForks)
        if isPopulated { try Self.populate(address, byteCount, systemCalls) }
      }
    } catch {
      try? systemCalls.unmap(address, byteCount)
      throw error
    }
    self.address = address
    self.byteCount = byteCount
    self.owner = owner
    self.systemCalls = systemCalls
  }

  private static func populate(
    _ address: Int, _ byteCount: Int, _ systemCalls: SystemCalls
  ) throws(Errno) {
    while true {
      do throws(Errno) {
        return try systemCalls.advise(address, byteCount, .populateWrite)
      } catch {
        // A signal came in between: what is in memory already stays there.
        guard error == .interrupted else { throw error }
      }
    }
  }

  deinit {
    if owner.isThisProcess { try? systemCalls.unmap(address, byteCount) }
  }

  /// The first byte. Valid while this object lives, in the process that made it.
  @unsafe package var baseAddress: UnsafeMutableRawPointer {
    // A mapping's address is never zero.
    unsafe UnsafeMutableRawPointer(bitPattern: address).unsafelyUnwrapped
  }
}
