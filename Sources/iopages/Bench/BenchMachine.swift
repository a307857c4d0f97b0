// The machine that figures were taken on: without it they say nothing.

import Glibc
import IOPages
import SystemPackage

/// What a reader needs to know of the machine and the build.
struct BenchMachine {
  let processor: String
  let processorCount: Int
  let kernel: String
  let isOptimized: Bool
  /// What reading the processor's counter costs, in nanoseconds: W9 has it in each figure.
  let counterReadingCost: Double

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
    counterReadingCost = TickRate.readingCost()
  }

  var description: String {
    "\(processor), \(processorCount) processors, \(kernel), "
      + "\(counterReadingCost.formatted(decimals: 1)) ns for a reading of the counter"
      + (isOptimized ? "" : " (debug build: these figures say nothing)")
  }

  func json(absent: [AbsentSubject]) -> JSONValue {
    .object([
      ("processor", .string(processor)), ("processors", .integer(processorCount)),
      ("kernel", .string(kernel)), ("optimized", .bool(isOptimized)),
      ("counterReadingNanoseconds", .number(counterReadingCost)),
      ("absent", .array(absent.map(\.json))),
    ])
  }
}

/// Files that are read and written whole.
enum TextFile {
  /// The whole text; nil if the file cannot be read.
  static func read(_ path: String) -> String? {
    (try? bytes(path)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// All bytes of a file.
  ///
  /// - Throws: ``ToolError`` that says why it cannot be read.
  static func bytes(_ path: String) throws(ToolError) -> [UInt8] {
    // A path that is copied before the call returns.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ToolError("cannot open: \(Errno(rawValue: errno))") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      // At most as many bytes as the buffer has are written to it.
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      guard count >= 0 else { throw ToolError("cannot read: \(Errno(rawValue: errno))") }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }

  /// Writes a text to a file, which is made or replaced.
  static func write(_ text: String, to path: String) throws(ToolError) {
    // A path that is copied before the call returns.
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw ToolError("cannot write \(path): \(Errno(rawValue: errno))")
    }
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
      // The array is there for the length of the call.
      let count = unsafe bytes.withUnsafeBytes { bytes in
        unsafe Glibc.write(
          descriptor, bytes.baseAddress.map { unsafe $0 + written }, bytes.count - written)
      }
      if count < 0 && errno != EINTR { break }
      written += max(count, 0)
    }
    let error = Errno(rawValue: errno)
    guard close(descriptor) == 0, written == bytes.count else {
      throw ToolError("cannot write \(path): \(error)")
    }
  }
}
