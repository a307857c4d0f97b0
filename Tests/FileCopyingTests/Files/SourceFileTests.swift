import FileCopying
import Foundation
import Glibc
import SystemPackage
import Testing

@Suite struct SourceFileTests {
  @Test func opensARegularFile() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.makeFile("file", pattern(5000))
    let source = try SourceFile(at: path, directly: false)
    #expect(source.status.byteCount == 5000)
    #expect(try source.isUnchanged())
  }

  @Test func noticesAWriter() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.makeFile("file", [1])
    let source = try SourceFile(at: path, directly: false)
    let writer = try FileDescriptor.open(path, .writeOnly, options: .append)
    _ = try writer.writeAll([2])
    try writer.close()
    #expect(try source.isUnchanged() == false)
  }

  @Test func refusesADirectoryADeviceAndNothing() throws {
    let directory = try TemporaryDirectory()
    expect("\(directory.path) is a directory, and only regular files are copied", directory.path)
    expect("/dev/zero is not a regular file", "/dev/zero")
    let nothing = directory.file("nothing")
    expect("cannot open \(nothing): No such file or directory", nothing)
  }

  @Test(.timeLimit(.minutes(1))) func refusesAPipeWithoutWaitingForAWriter() throws {
    let directory = try TemporaryDirectory()
    let pipe = directory.file("pipe")
    // A terminated string for the length of the call.
    #expect(unsafe mkfifo(pipe.string, 0o600) == 0)
    expect("\(pipe) is not a regular file", pipe)
  }

  private func expect(
    _ text: String, _ path: FilePath, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    do throws(CopyError) {
      _ = try SourceFile(at: path, directly: true)
      Issue.record("\(path) was opened", sourceLocation: sourceLocation)
    } catch {
      #expect(error.description == text, sourceLocation: sourceLocation)
    }
  }
}
