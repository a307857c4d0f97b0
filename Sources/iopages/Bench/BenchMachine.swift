// The machine that figures were taken on: without it they say nothing.

import Glibc
import IOPages

/// What a reader needs to know of the machine and the build.
struct BenchMachine {
  let processor: String
  let processorCount: Int
  let kernel: String
  let isOptimized: Bool

  init() {
    let information = TextFile.read("/proc/cpuinfo") ?? ""
    let model = information.split(separator: "\n").first { $0.hasPrefix("model name") }
    processor = model?.split(separator: ":").last.map { String($0.dropFirst()) } ?? "unknown"
    processorCount = SystemLimits.possibleProcessorCount
    let release = TextFile.read("/proc/sys/kernel/osrelease") ?? "unknown"
    kernel = "Linux " + release.split(separator: "\n").joined()
    #if DEBUG
      isOptimized = false
    #else
      isOptimized = true
    #endif
  }

  var description: String {
    "\(processor), \(processorCount) processors, \(kernel)"
      + (isOptimized ? "" : " (debug build: these figures say nothing)")
  }

  var json: JSONValue {
    .object([
      ("processor", .string(processor)), ("processors", .integer(processorCount)),
      ("kernel", .string(kernel)), ("optimized", .bool(isOptimized)),
    ])
  }
}

/// Small files of /proc.
enum TextFile {
  /// The whole text; nil if the file cannot be read.
  static func read(_ path: String) -> String? {
    // A path that is copied before the call returns.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      // At most as many bytes as the buffer has are written to it.
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      if count <= 0 { return count == 0 ? String(decoding: text, as: UTF8.self) : nil }
      text += buffer[..<count]
    }
  }
}
