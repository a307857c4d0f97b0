import Glibc
import Testing

/// A file of one page, for a pool that another process looks into.
final class TemporaryPage {
  let path: String

  init() throws {
    var template = Array("/tmp/iopages-page.XXXXXX".utf8CString)
    // The template is ours, and ends with a zero.
    let descriptor = unsafe mkstemp(&template)
    try #require(descriptor >= 0)
    let isLongEnough = ftruncate(descriptor, 4096) == 0
    close(descriptor)
    try #require(isLongEnough)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  // The text is passed as a C string for the time of the call.
  deinit { unsafe unlink(path) }

  func bytes() throws -> [UInt8] {
    // The text is passed as a C string for the time of the call.
    let descriptor = unsafe open(path, O_RDONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 1, count: 4096)
    // Room for as many.
    let count = unsafe read(descriptor, &bytes, 4096)
    try #require(count == 4096)
    return bytes
  }
}
