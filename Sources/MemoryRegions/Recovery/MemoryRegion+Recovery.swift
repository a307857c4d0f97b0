// Regions whose memory file has more in it than their pages, and regions over a file that was there
// before.

package import SystemPackage

extension MemoryRegion {
  /// Opens a region over a new memory file that has `trailingByteCount` bytes more, behind the
  /// region's own and not mapped with them.
  ///
  /// - Throws: as `init(_:)`.
  /// - Precondition: the options' storage is a memory file.
  package convenience init(
    _ options: RegionOptions, trailingByteCount: Int, systemCalls: SystemCalls = .linux
  ) throws(RegionError) {
    precondition(options.storage != .anonymous, "more bytes of a memory file that is not there")
    try self.init(
      options, systemCalls, within: nil, file: .new(trailingByteCount: trailingByteCount))
  }

  /// Opens a region over the first bytes of a memory file that is there. What they hold stays, also if
  /// this fails.
  ///
  /// - Throws: as `init(_:)`.
  /// - Precondition: the options' storage is a memory file, and the file has as many bytes.
  package convenience init(
    _ options: RegionOptions, existingFile: FileDescriptor, systemCalls: SystemCalls = .linux
  ) throws(RegionError) {
    precondition(options.storage != .anonymous, "no use for a memory file")
    try self.init(
      options, systemCalls, within: nil, file: .existing(descriptor: existingFile.rawValue))
  }

  /// The size of a memory file in bytes.
  ///
  /// - Throws: `.memoryFileUnsuitable` unless it is a memory file that is sealed in its size.
  package static func byteCount(
    ofMemoryFile file: FileDescriptor, systemCalls: SystemCalls = .linux
  ) throws(RegionError) -> Int {
    let (byteCount, isSealed) = try call("fcntl", .memoryFileUnsuitable) { () throws(Errno) in
      try systemCalls.memoryFileState(file.rawValue)
    }
    guard isSealed else {
      throw RegionError(.memoryFileUnsuitable, detail: "its size is not sealed")
    }
    return byteCount
  }
}
