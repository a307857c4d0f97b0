import Glibc
import IOPages
import MemoryTestSupport
import SystemPackage
import Testing

@testable import PagePools

/// What is no file of a pool, or was written to by somebody else, is refused.
@Suite(.leavesNoPages) struct RecoveryErrorTests {
  private func error(_ file: FileDescriptor) -> RecoveryError? {
    do throws(RecoveryError) {
      try recoverAndForget(file)
      return nil
    } catch {
      return error
    }
  }

  private func kind(_ file: FileDescriptor) -> RegionError.Kind? {
    guard case .region(let error) = error(file) else { return nil }
    return error.kind
  }

  /// Stores a word of the last page, which is the header.
  private func store(_ value: UInt64, word: Int, in file: FileDescriptor, pages: Int) throws {
    let header = BlockTableLayout(pageCount: pages, largestOrder: 5).memoryByteCount - 4096
    try store(value, at: header + word * 8, in: file)
  }

  private func store(_ value: UInt64, at offset: Int, in file: FileDescriptor) throws {
    // The bytes are read only inside the call.
    let written = try unsafe withUnsafeBytes(of: value) { bytes in
      unsafe try file.writeAll(toAbsoluteOffset: Int64(offset), bytes)
    }
    #expect(written == 8)
  }

  @Test func whatIsNoMemoryFileIsRefused() throws {
    let region = try MemoryRegion(
      RegionOptions(byteCount: 1 << 20, storage: .memfd(name: "another")))
    #expect(error(try #require(region.fileDescriptor)) == .table(.incomplete))
    // The path is copied in the call.
    let null = try unsafe FileDescriptor.open("/dev/null", .readWrite)
    #expect(kind(null) == .memoryFileUnsuitable)
    try null.close()
    #expect(kind(FileDescriptor(rawValue: 9999)) == .memoryFileUnsuitable)
  }

  @Test func aDamagedHeaderIsRefusedAndStaysAsItIs() throws {
    let file = try fileOfClosedPool(pages: 64, largestOrder: 5)
    let damages: [(word: Int, value: UInt64, old: UInt64, BlockTableError)] = [
      (0, 3, BlockTableLayout.magicNumber, .notABlockTable),
      (0, 0, BlockTableLayout.magicNumber, .incomplete),
      (1, 7, BlockTableLayout.version, .unsupportedVersion(7)),
      (2, 65, 64, .wrongGeometry), (3, 40, 5, .wrongGeometry), (8, 9, 0, .invalidIntent),
    ]
    for (word, value, old, expected) in damages {
      try store(value, word: word, in: file, pages: 64)
      #expect(error(file) == .table(expected))
      #expect(error(file) == .table(expected))
      try store(old, word: word, in: file, pages: 64)
    }
    #expect(error(file) == nil)
    try file.close()
  }

  @Test func damagedMarksAreRefusedAndTheOwnershipIsLetGo() throws {
    let file = try fileOfClosedPool(pages: 64, largestOrder: 5)
    let starts = 64 * 4096 + BlockTableLayout(pageCount: 64, largestOrder: 5).starts * 8
    try store(1 << 7, at: starts, in: file)
    #expect(error(file) == .table(.blockWithoutEnd(page: 7)))
    try store(0, at: starts, in: file)
    #expect(error(file) == nil)
    try file.close()
  }

  /// A region that cannot be mapped as wished leaves what the file holds as it is.
  @Test func aRefusedRegionLeavesTheFileAsItWas() throws {
    let file = try fileOfClosedPool(pages: 64, largestOrder: 5)
    try store(0x1234, at: 4096, in: file)
    let error = #expect(throws: RecoveryError.self) {
      _ = try PagePool.recover(from: file) { $0.backing = .hugePages2MiB }
    }
    guard case .region(let refusal) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(refusal.kind == .recoveryUnsupported)
    let missing = #expect(throws: RecoveryError.self) {
      _ = try PagePool.recover(from: file) { $0.placement = .bind(to: [NUMANode(900)]) }
    }
    guard case .region = missing else {
      Issue.record("\(String(describing: missing))")
      return
    }
    let recovered = try PagePool.recover(from: file)
    let all = try recovered.pool.allocate(order: 5, contents: .uninitialized)
    #expect(all.load(fromByteOffset: 4096, as: UInt64.self) == 0x1234)
    try file.close()
  }

  @Test func errorsAreToldInWords() {
    let errors: [RecoveryError] = [
      .alreadyOwned, .table(.incomplete), .region(RegionError(.memoryFileUnsuitable)),
    ]
    #expect(Set(errors.map(\.description)).count == 3)
    #expect(errors.allSatisfy { $0.description.hasSuffix(".") })
  }
}
