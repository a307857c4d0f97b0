import IOPageCore
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct IOPageCopyingTests {
  @Test func pagesAreCopiedWhole() throws {
    let pool = PoolTestMemory.makePool(pages: 4)
    var source = try pool.allocate(pages: 2)
    for offset in 0..<source.byteCount { source[offset] = UInt8(truncatingIfNeeded: offset &* 7) }
    var target = try pool.allocate(pages: 2)
    target.copyBytes(from: source)
    for offset in 0..<target.byteCount where target[offset] != source[offset] {
      Issue.record("Byte \(offset) differs.")
    }
  }

  @Test func partsAreCopiedToTheirPlace() throws {
    let pool = PoolTestMemory.makePool(pages: 1)
    var page = try pool.allocate(pages: 1)
    let text = "driver"
    page.copyBytes(from: text.utf8.span.extracting(1..<4), at: 4093)
    #expect([page[4092], page[4093], page[4094], page[4095]] == [0, 0x72, 0x69, 0x76])
    page.copyBytes(from: text.utf8.span.extracting(0..<0), at: 4096)
    #expect(page[4095] == 0x76)
  }

  @Test func filling() throws {
    let pool = PoolTestMemory.makePool(pages: 1)
    var page = try pool.allocate(pages: 1)
    page.fill(10..<20, with: 5)
    #expect([page[9], page[10], page[19], page[20]] == [0, 5, 5, 0])
    page.fill(30..<30, with: 5)
    #expect(page[30] == 0)
    page.fill(with: 255)
    #expect(page[0] == 255 && page[4095] == 255)
  }

  @Test func lengthsMustAgree() async {
    await #expect(processExitsWith: .trap) {
      let pool = PoolTestMemory.makePool(pages: 4)
      let source = try pool.allocate(pages: 1)
      var target = try pool.allocate(pages: 2)
      target.copyBytes(from: source)
    }
  }

  /// A copy that does not fit writes nothing, where Mirage's writes a prefix first. The page is
  /// that of a file, so that it can be seen after the trap has ended the process.
  @Test func whatDoesNotFitIsNotWritten() async throws {
    let file = try TemporaryPage()
    await #expect(processExitsWith: .trap) { [path = file.path as String] in
      var page = try PoolTestMemory.makePool(overFile: path).allocate(pages: 1)
      page[4000] = 42
      page.copyBytes(from: "too long".utf8.span, at: 4090)
    }
    let bytes = try file.bytes()
    #expect(bytes[4000] == 42)
    #expect(bytes[4090...].allSatisfy { $0 == 0 })
  }

  @Test func whatDoesNotFitTraps() async {
    await #expect(processExitsWith: .trap) {
      var page = try PoolTestMemory.makePool(pages: 1).allocate(pages: 1)
      page.copyBytes(from: "toolong".utf8.span, at: 4090)
    }
    await #expect(processExitsWith: .trap) {
      var page = try PoolTestMemory.makePool(pages: 1).allocate(pages: 1)
      page.copyBytes(from: "x".utf8.span, at: -1)
    }
    await #expect(processExitsWith: .trap) {
      var page = try PoolTestMemory.makePool(pages: 1).allocate(pages: 1)
      page.copyBytes(from: "x".utf8.span, at: .max)
    }
    await #expect(processExitsWith: .trap) {
      var page = try PoolTestMemory.makePool(pages: 1).allocate(pages: 1)
      page.fill(4000..<4097, with: 1)
    }
  }
}
