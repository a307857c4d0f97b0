import Foundation
import SystemPackage

/// A directory of a test's own, which is gone with all its files when the value is.
struct TemporaryDirectory: ~Copyable {
  let path: FilePath

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("iopages-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    path = FilePath(url.path)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path.string)
  }

  /// The path of a file in the directory, whether it exists or not.
  func file(_ name: String) -> FilePath { path.appending(name) }

  /// Makes a file with that content.
  @discardableResult
  func makeFile(_ name: String, _ content: [UInt8]) throws -> FilePath {
    try Data(content).write(to: URL(fileURLWithPath: file(name).string))
    return file(name)
  }

  /// The names of all files in the directory, hidden ones too.
  func names() throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: path.string))
  }
}

/// The content of a file.
func content(of path: FilePath) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(fileURLWithPath: path.string)))
}

/// Bytes of which no two pages are the same.
func pattern(_ byteCount: Int) -> [UInt8] {
  (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ ($0 >> 8) &* 7 &+ ($0 >> 12) &* 13) }
}
