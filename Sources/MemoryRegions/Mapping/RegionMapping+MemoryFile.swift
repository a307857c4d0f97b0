// A region that other processes can map is a memory file. Its size is the reservation's from the
// start and sealed before anyone can see the descriptor: a peer that could truncate it would turn
// every access of ours into SIGBUS. Unwritten parts of the file take no memory.

import SystemPackage

extension RegionMapping {
  /// Makes and seals the file that the options ask for; nil for anonymous storage.
  static func memoryFile(
    _ options: RegionOptions, _ systemCalls: SystemCalls
  ) throws(RegionError) -> Int32? {
    guard case .memfd(let name) = options.storage else { return nil }
    let detail = "\"\(name)\", \(options.byteCount) bytes"
    let kind: RegionError.Kind =
      options.backing.poolPageShift == nil ? .memoryFileRefused : .hugePagesUnavailable
    let file = try call("memfd_create", kind, detail) { () throws(Errno) in
      try systemCalls.createMemoryFile(name, options.backing.poolPageShift ?? 0)
    }
    do throws(RegionError) {
      try call("ftruncate", .memoryFileRefused, detail) { () throws(Errno) in
        try systemCalls.resize(file, options.byteCount)
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
