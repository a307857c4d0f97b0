import Glibc
import SystemPackage
import Testing

@testable import MemoryRegions

@Suite struct MemoryRegionRecoveryTests {
  private static let options = RegionOptions(
    byteCount: 16 * 4096, storage: .memfd(name: "recovery"))

  @Test func theFileHasMoreThanTheRegion() throws {
    let region = try MemoryRegion(Self.options, trailingByteCount: 3 * 4096)
    let file = try #require(region.fileDescriptor)
    #expect(region.byteCount == 16 * 4096)
    #expect(try MemoryRegion.byteCount(ofMemoryFile: file) == 19 * 4096)
    let window = try MemoryFileWindow(
      of: file, offset: 16 * 4096, byteCount: 3 * 4096, isPopulated: true)
    // The window's first and last words; the region's last one is another.
    unsafe window.baseAddress.storeBytes(of: 7, as: UInt64.self)
    unsafe window.baseAddress.storeBytes(of: 9, toByteOffset: 3 * 4096 - 8, as: UInt64.self)
    let last = unsafe region.address.load(fromByteOffset: 16 * 4096 - 8, as: UInt64.self)
    #expect(last == 0)
    let again = try MemoryFileWindow(
      of: file, offset: 18 * 4096, byteCount: 4096, isPopulated: false)
    let word = unsafe again.baseAddress.load(fromByteOffset: 4088, as: UInt64.self)  // in bounds
    #expect(word == 9)
  }

  @Test func aRegionOverAFileThatIsThereHasItsBytes() throws {
    let first = try MemoryRegion(Self.options, trailingByteCount: 4096)
    unsafe first.address.storeBytes(of: 5, toByteOffset: 4096, as: UInt64.self)  // in bounds
    let second = try MemoryRegion(
      Self.options, existingFile: try #require(first.fileDescriptor))
    let word = unsafe second.address.load(fromByteOffset: 4096, as: UInt64.self)  // in bounds
    #expect(word == 5)
    #expect(second.fileDescriptor != first.fileDescriptor)
  }

  /// A new file is emptied when a commit fails; one that was there is not.
  @Test func aFailureLeavesTheFileAsItWas() throws {
    let region = try MemoryRegion(Self.options, trailingByteCount: 4096)
    unsafe region.address.storeBytes(of: 5, toByteOffset: 4096, as: UInt64.self)  // in bounds
    var refusing = SystemCalls.linux
    refusing.advise = { (address, byteCount, advice) throws(Errno) in
      if advice == .populateWrite { throw .noMemory }
      try SystemCalls.linux.advise(address, byteCount, advice)
    }
    let file = try #require(region.fileDescriptor)
    #expect(throws: RegionError.self) {
      try MemoryRegion(Self.options, existingFile: file, systemCalls: refusing)
    }
    let word = unsafe region.address.load(fromByteOffset: 4096, as: UInt64.self)  // in bounds
    #expect(word == 5)
  }

  @Test func onlyMemoryFilesOfAFixedSizeWillDo() throws {
    func kind(_ file: FileDescriptor) -> RegionError.Kind? {
      do throws(RegionError) {
        _ = try MemoryRegion.byteCount(ofMemoryFile: file)
        return nil
      } catch {
        return error.kind
      }
    }
    let file = FileDescriptor(rawValue: try SystemCalls.linux.createMemoryFile("open", 0))
    #expect(kind(file) == .memoryFileUnsuitable)
    try SystemCalls.linux.sealSize(file.rawValue)
    #expect(kind(file) == nil)
    try file.close()
    #expect(kind(.standardInput) == .memoryFileUnsuitable)
  }
}
