import FileCopying
import Foundation
import Glibc
import IOPages
import Synchronization
import SystemPackage
import Testing

@Suite struct FileCopyTests {
  @Test(
    arguments: [0, 1, 4095, 4096, 262_143, 262_144, 262_145, 3_000_001],
    [(true, true), (true, false), (false, true), (false, false)])
  func copiesFilesOfAllLengths(
    byteCount: Int, way: (usesRing: Bool, usesDirectIO: Bool)
  ) throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(byteCount))
    var options = CopyOptions()
    options.usesRing = way.usesRing
    options.usesDirectIO = way.usesDirectIO
    options.verifies = true
    let report = try FileCopy(from: source, to: directory.file("copy"), options: options).run()
    #expect(report.byteCount == byteCount)
    #expect(report.isVerified)
    #expect(report.granted.method == (way.usesRing ? .ring : .calls))
    if !way.usesDirectIO {
      #expect(!report.granted.readsDirectly && !report.granted.writesDirectly)
    }
    #expect(try content(of: directory.file("copy")) == pattern(byteCount))
    #expect(try directory.names() == ["source", "copy"])
  }

  @Test func aFileThatIsReplacedKeepsItsPermissionsAndItsOwner() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(100))
    let copy = try directory.makeFile("copy", pattern(5000))
    // Terminated strings for the length of the calls. More than any umask leaves to a new file.
    #expect(unsafe chmod(source.string, 0o500) == 0)
    #expect(unsafe chmod(copy.string, 0o666) == 0)
    let owner: uid_t = geteuid() == 0 ? 65_534 : geteuid()
    #expect(unsafe chown(copy.string, owner, gid_t.max) == 0)
    _ = try FileCopy(from: source, to: copy, options: CopyOptions()).run()
    #expect(try content(of: copy) == pattern(100))
    let status = try FileStatus(at: copy, followingLinks: true)
    #expect(status.permissions.rawValue == 0o666)
    #expect(status.owner == owner)
  }

  @Test func aNewFileTakesThePermissionsOfTheSource() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(100))
    // Only the owner's permissions, which no sensible umask takes away.
    #expect(unsafe chmod(source.string, 0o500) == 0)
    _ = try FileCopy(from: source, to: directory.file("copy"), options: CopyOptions()).run()
    let status = try FileStatus(at: directory.file("copy"), followingLinks: true)
    #expect(status.permissions.rawValue == 0o500)
  }

  @Test func aLinkStaysALinkAndItsTargetIsReplaced() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(100))
    try directory.makeFile("target", [1])
    let link = directory.file("link")
    #expect(unsafe symlink("target", link.string) == 0)
    _ = try FileCopy(from: source, to: link, options: CopyOptions()).run()
    #expect(try content(of: directory.file("target")) == pattern(100))
    #expect(try FileStatus(at: link, followingLinks: false).kind == .symbolicLink)
  }

  @Test func aFullPoolMeansFewerBlocksInFlight() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(1 << 20))
    var options = CopyOptions()
    options.regionByteCount = 64 << 10
    options.blockByteCount = 16 << 10
    options.queueDepth = 32
    let report = try FileCopy(from: source, to: directory.file("copy"), options: options).run()
    #expect(report.granted.blockCount == 4)
    #expect(report.statistics.freePages == 0)
    #expect(try content(of: directory.file("copy")) == pattern(1 << 20))
  }

  @Test func aBlockForWhichThereIsNoRunOfPagesIsOutOfMemory() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", [1])
    var options = CopyOptions()
    // Blocks are powers of two or parts of one, and the region has none that large.
    options.regionByteCount = 48 << 10
    options.blockByteCount = 40 << 10
    let error = #expect(throws: CopyError.self) {
      try FileCopy(from: source, to: directory.file("copy"), options: options).run()
    }
    guard case .outOfMemory = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try directory.names() == ["source"])
  }

  @Test func comparingNeedsRoomForTwoBlocksBeforeAnythingIsRead() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(100_000))
    var options = CopyOptions()
    options.regionByteCount = 16 << 10
    options.blockByteCount = 16 << 10
    options.verifies = true
    let error = #expect(throws: CopyError.self) {
      try FileCopy(from: source, to: directory.file("copy"), options: options).run(
        progress: { _ in Issue.record("a block was copied") })
    }
    #expect(error?.description.contains("two blocks") == true)
    #expect(try directory.names() == ["source"])
  }

  enum Change: CaseIterable {
    case append, truncate, overwrite, touch
  }

  @Test(arguments: Change.allCases)
  func aSourceThatChangesIsNotCopied(change: Change) throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(1 << 20))
    let copy = try directory.makeFile("copy", [1, 2, 3])
    var options = CopyOptions()
    options.blockByteCount = 64 << 10
    options.queueDepth = 2
    options.blockWasWritten = { block in
      guard block == 2 else { return }
      // The path is a terminated string for the length of each call.
      let file = unsafe open(source.string, O_WRONLY)
      switch change {
      case .append: unsafe pwrite(file, "x", 1, 1 << 20)
      case .truncate: ftruncate(file, 200_000)
      case .overwrite: unsafe pwrite(file, "x", 1, 5)
      case .touch: futimens(file, nil)
      }
      close(file)
    }
    let error = #expect(throws: CopyError.self) {
      try FileCopy(from: source, to: copy, options: options).run()
    }
    #expect(
      error?.description == "\(source) changed while it was being copied, so the copy was dropped")
    #expect(try content(of: copy) == [1, 2, 3], "the destination is as it was")
    #expect(try directory.names() == ["source", "copy"])
  }

  @Test func aSourceThatChangesWhileItIsComparedIsNotCopied() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(1 << 20))
    var options = CopyOptions()
    options.blockByteCount = 64 << 10
    options.queueDepth = 2
    options.verifies = true
    let error = #expect(throws: CopyError.self) {
      try FileCopy(from: source, to: directory.file("copy"), options: options).run(
        progress: { progress in
          guard progress.phase == .verifying, progress.doneByteCount == 64 << 10 else { return }
          // A part that has not been read again yet. The path is terminated for each call.
          let file = unsafe open(source.string, O_WRONLY)
          unsafe pwrite(file, "x", 1, 1_000_000)
          close(file)
        })
    }
    #expect(error?.description.contains("changed while it was being copied") == true)
    #expect(try directory.names() == ["source"])
  }

  @Test func aSignalLeavesTheDestinationAsItWas() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(1 << 20))
    let signal = Mutex<Int32?>(nil)
    var options = CopyOptions()
    options.blockByteCount = 64 << 10
    let error = #expect(throws: CopyError.self) {
      try FileCopy(from: source, to: directory.file("copy"), options: options).run(
        interruption: { signal.withLock { $0 } },
        progress: { progress in
          if progress.fraction > 0.3 { signal.withLock { $0 = SIGINT } }
        })
    }
    #expect(error?.description == "interrupted by SIGINT, nothing was written")
    #expect(try directory.names() == ["source"])
  }

  @Test func aSignalAfterTheLastBlockCountsAsWell() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(5000))
    var isDone = false
    #expect(throws: CopyError.self) {
      try FileCopy(from: source, to: directory.file("copy"), options: CopyOptions()).run(
        interruption: { isDone ? SIGTERM : nil },
        progress: { isDone = $0.doneByteCount == 5000 })
    }
    #expect(try directory.names() == ["source"])
  }

  @Test func tellsAboutBothPhases() throws {
    let directory = try TemporaryDirectory()
    let source = try directory.makeFile("source", pattern(600_000))
    var options = CopyOptions()
    options.verifies = true
    var last: [CopyProgress.Phase: Int] = [:]
    _ = try FileCopy(from: source, to: directory.file("copy"), options: options).run(
      progress: { last[$0.phase] = $0.doneByteCount })
    #expect(last == [.copying: 600_000, .verifying: 600_000])
  }
}
