import Glibc
import MemoryTestSupport
import SystemPackage
import Testing

@testable import MemoryRegions

@Suite struct MemoryFileOwnershipTests {
  private static func file() throws -> FileDescriptor {
    FileDescriptor(rawValue: try SystemCalls.linux.createMemoryFile("ownership", 0))
  }

  private func kind(of file: FileDescriptor) -> RegionError.Kind? {
    do throws(RegionError) {
      _ = try MemoryFileOwnership(of: file)
      return nil
    } catch {
      return error.kind
    }
  }

  @Test func thereIsOneOwnerEvenInOneProcess() throws {
    let file = try Self.file()
    var ownership: MemoryFileOwnership? = try MemoryFileOwnership(of: file)
    #expect(kind(of: file) == .alreadyOwned)
    // Any descriptor stands for the file.
    let other = try file.duplicate()
    #expect(kind(of: other) == .alreadyOwned)
    try other.close()
    #expect(kind(of: file) == .alreadyOwned && ownership != nil)
    ownership = nil
    #expect(kind(of: file) == nil)
    try file.close()
  }

  @Test func manyFilesAreOwnedAndLetGoInAnyOrder() throws {
    let files = try (0..<40).map { _ in try Self.file() }
    var ownerships = try files.map { Optional(try MemoryFileOwnership(of: $0)) }
    for index in stride(from: 0, to: 40, by: 3) { ownerships[index] = nil }
    for index in 0..<40 {
      #expect(kind(of: files[index]) == (index % 3 == 0 ? nil : .alreadyOwned))
    }
    ownerships.removeAll()
    for file in files {
      #expect(kind(of: file) == nil)
      try file.close()
    }
  }

  @Test func whatCannotBeOpenedIsRefused() {
    #expect(kind(of: FileDescriptor(rawValue: 9999)) == .ownershipRefused)
  }

  /// A child has none of the ownerships, and its copies let go of nothing.
  @Test func aForkedChildOwnsNothing() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let file = try MemoryFileOwnershipTests.file()
      let holder = Holder(try MemoryFileOwnership(of: file))
      let before = try FileDescriptor.standardOutput.duplicate()
      let status = statusOfForkedChild {
        // The lowest number that is free is the one that the ownership had.
        guard let next = try? FileDescriptor.standardOutput.duplicate(),
          next.rawValue < before.rawValue
        else { return 1 }
        holder.ownership = nil
        // Nothing of this process was closed by that.
        return fcntl(next.rawValue, F_GETFD) == -1 ? 2 : 0
      }
      guard status == 0 else { exit(status ?? 99) }
      guard (try? MemoryFileOwnership(of: file)) == nil else { exit(50) }
      holder.ownership = nil
      _ = try MemoryFileOwnership(of: file)
    }
  }
}

/// What a closure may change.
private final class Holder {
  var ownership: MemoryFileOwnership?
  init(_ ownership: MemoryFileOwnership) { self.ownership = ownership }
}
