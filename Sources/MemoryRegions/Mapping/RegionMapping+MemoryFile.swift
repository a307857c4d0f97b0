// A region that other processes can map is a memory file. Its size is the reservation's from the
// start and sealed before anyone can see the descriptor: a peer that could truncate it would turn
// every access of ours into SIGBUS. Unwritten parts of the file take no memory.

import SystemPackage

/// Where the memory file of a region comes from.
enum MemoryFileSource: Sendable {
  /// It is made, with so many bytes more than the region's behind them.
  case new(trailingByteCount: Int)
  /// It is there, and has the region's bytes at its start.
  case existing(descriptor: Int32)
}

extension RegionMapping {
  /// Makes and seals the file that the options ask for, or opens the one that is there; nil for
  /// anonymous storage.
  static func memoryFile(
    _ options: RegionOptions, _ systemCalls: SystemCalls,
    _ source: MemoryFileSource = .new(trailingByteCount: 0)
  ) throws(RegionError) -> Int32? {
    guard case .memfd(let name) = options.storage else { return nil }
    let byteCount: Int
    switch source {
    case .new(let trailingByteCount): byteCount = options.byteCount + trailingByteCount
    case .existing(let descriptor):
      return try call("open", .memoryFileRefused, "once more") { () throws(Errno) in
        try systemCalls.openAgain(descriptor)
      }
    }
    let detail = "\"\(name)\", \(byteCount) bytes"
    let kind: RegionError.Kind =
      options.backing.poolPageShift == nil ? .memoryFileRefused : .hugePagesUnavailable
    let file = try call("memfd_create", kind, detail) { () throws(Errno) in
      try systemCalls.createMemoryFile(name, options.backing.poolPageShift ?? 0)
    }
    do throws(RegionError) {
      try call("ftruncate", .memoryFileRefused, detail) { () throws(Errno) in
        try systemCalls.resize(file, byteCount)
      }
      try call("fcntl", .memoryFileRefused, detail) { () throws(Errno) in
        try systemCalls.sealSize(file)
      }
    } catch {
      try? systemCalls.close(file)
      throw error
    }
    return file
  }
}
