import Foundation
import Testing
import iopages

@Suite struct TraceFileTests {
  @Test func plainTextIsTakenAsItIs() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.makeFile("plain", byteCount: 300_000)
    #expect(try TraceFile.text(at: path) == Array(Data(contentsOf: URL(fileURLWithPath: path))))
  }

  @Test func anEmptyFileIsAnEmptyText() throws {
    let directory = try TemporaryDirectory()
    #expect(try TraceFile.text(at: directory.makeFile("empty", byteCount: 0)) == [])
  }

  @Test func whatGzipHasPackedIsUnpacked() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.makeFile("text", byteCount: 300_000)
    let text = try TraceFile.text(at: path)
    let packing = try ChildProcess(["gzip", path]).wait()
    try #require(packing.status == 0, "\(packing.errors)")
    #expect(try TraceFile.text(at: path + ".gz") == text)
  }

  @Test func aDamagedFileIsAnError() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("damaged.gz")
    let packed = try Data(contentsOf: URL(fileURLWithPath: ShortTrace.path))
    try packed.prefix(packed.count / 2).write(to: URL(fileURLWithPath: path))
    #expect(throws: TraceError(line: nil, "gzip cannot unpack it (status 1): it is damaged")) {
      try TraceFile.text(at: path)
    }
  }

  @Test func aFileThatIsNotThereIsAnError() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("missing")
    #expect(throws: TraceError(line: nil, "cannot open: No such file or directory")) {
      try TraceFile.text(at: path)
    }
    let folder = directory.path
    #expect(throws: TraceError(line: nil, "cannot read: Is a directory")) {
      try TraceFile.text(at: folder)
    }
  }
}
