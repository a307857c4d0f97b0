import Foundation

/// A directory of a test's own, which is gone with all its files when the value is.
struct TemporaryDirectory: ~Copyable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("iopages-tool-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    path = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The path of a file in the directory, whether it exists or not.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Makes a file of that length, of which no two pages are the same.
  @discardableResult
  func makeFile(_ name: String, byteCount: Int) throws -> String {
    let bytes = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ ($0 >> 12) &* 13) }
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  /// Makes a file of that length without content: it is read as zeros and takes no space.
  func makeSparseFile(_ name: String, byteCount: UInt64) throws -> String {
    try Data().write(to: URL(fileURLWithPath: file(name)))
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file(name)))
    try handle.truncate(atOffset: byteCount)
    try handle.close()
    return file(name)
  }

  /// The names of all files in the directory, hidden ones too.
  func names() throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: path))
  }
}

/// Whether two files have the same content.
func haveEqualContent(_ first: String, _ second: String) -> Bool {
  FileManager.default.contentsEqual(atPath: first, andPath: second)
}
