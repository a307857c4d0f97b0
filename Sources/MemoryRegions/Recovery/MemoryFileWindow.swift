// A part of a memory file beside the region's pages: tables that another process is to find there. It
// lies between two pages without access, as the tables in private memory do (WipedMemory), and is
// kept out of forked children before any thread can fork one:
//
//      | no access |  byteCount, shared, not in children  | no access |
//                  ^ address

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
    let start = try call("mmap", .sideTablesRefused, detail) { () throws(Errno) in
      try systemCalls.map(.reservation(.anywhere), byteCount + 2 * pageByteCount)
    }
    let address = start + pageByteCount
    do throws(RegionError) {
      try Self.mapOutOfForks(
        .file(.replacing(address), descriptor: file.rawValue, offset: offset), address, byteCount,
        systemCalls)
      if isPopulated {
        try call("madvise", .sideTablesRefused, detail) { () throws(Errno) in
          try Self.populate(address, byteCount, systemCalls)
        }
      }
    } catch {
      Self.unmap(address, byteCount, systemCalls)
      throw error
    }
    self.address = address
    self.byteCount = byteCount
    self.owner = owner
    self.systemCalls = systemCalls
  }

  /// No thread forks between the two calls.
  private static func mapOutOfForks(
    _ mapping: SystemCalls.Mapping, _ address: Int, _ byteCount: Int, _ systemCalls: SystemCalls
  ) throws(RegionError) {
    let detail = "\(byteCount) bytes of the memory file"
    try call("pthread_atfork", .sideTablesRefused, detail) { () throws(Errno) in
      try systemCalls.holdForks()
    }
    defer { systemCalls.releaseForks() }
    try call("mmap", .sideTablesRefused, detail) { () throws(Errno) in
      _ = try systemCalls.map(mapping, byteCount)
    }
    try call("madvise", .sideTablesRefused, detail) { () throws(Errno) in
      try systemCalls.advise(address, byteCount, .notInForks)
    }
  }

  /// Unmaps the window, with the pages around it.
  private static func unmap(_ address: Int, _ byteCount: Int, _ systemCalls: SystemCalls) {
    try? systemCalls.unmap(address - pageByteCount, byteCount + 2 * pageByteCount)
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
    if owner.isThisProcess { Self.unmap(address, byteCount, systemCalls) }
  }

  /// The first byte. Valid while this object lives, in the process that made it.
  @unsafe package var baseAddress: UnsafeMutableRawPointer {
    // A mapping's address is never zero.
    unsafe UnsafeMutableRawPointer(bitPattern: address).unsafelyUnwrapped
  }
}
