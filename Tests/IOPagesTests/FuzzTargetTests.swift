// The inputs that the fuzzer has found to reach something new, run in an ordinary build, and the reading
// of inputs, which stands in one place.

import Glibc
import MemoryTestSupport
import Testing
import TwinModels

@Suite(.leavesNoPages) struct FuzzTargetTests {
  /// Tests/Fuzz/Corpus, beside these tests.
  private static let corpus =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    .joined(separator: "/") + "/Fuzz/Corpus"

  @Test(arguments: FuzzTarget.allCases)
  func `the kept inputs find nothing wrong`(target: FuzzTarget) {
    let folder = FuzzTargetTests.corpus + "/" + target.rawValue
    let names = FuzzTargetTests.files(in: folder)
    #expect(!names.isEmpty, "\(folder) is empty")
    for name in names {
      let bytes = FuzzTargetTests.contents(of: folder + "/" + name)
      if let difference = target.firstDifference(bytes) {
        Issue.record("\(target) \(name): \(difference)\n\(target.source(of: bytes))")
      }
    }
  }

  @Test func `steps become bytes and are read from them again`() {
    let configuration = TwinConfiguration(pages: 128, available: 64, isPopulated: true)
    let steps = [
      PoolStep(.block, 1, 2, 3), PoolStep(.openView, 255, 0, 7), PoolStep(.check),
      PoolStep(.adoptWrongly, 9, 8, 0),
    ]
    let bytes = FuzzTarget.pool.bytes(configuration, steps)
    #expect(bytes.count == TwinConfiguration.byteCount + 4 * steps.count)
    #expect(TwinConfiguration(bytes[0], bytes[1]) == configuration)
    for step in steps { #expect(FuzzTarget.pool.source(of: bytes).contains("\(step)")) }
    // What is left over is no step.
    #expect(FuzzTarget.pool.source(of: bytes + [1, 2, 3]) == FuzzTarget.pool.source(of: bytes))
  }

  @Test func `every two bytes are a configuration, and all bytes are operations`() {
    for first in UInt8.min...255 {
      let configuration = TwinConfiguration(first, first)
      #expect(configuration.pages[0] >= configuration.available)
      let geometry = BuddyOperation.geometry(first, first)
      let operations = BuddyOperation.operations(
        from: [UInt8](repeating: first, count: 13), in: geometry)
      #expect(operations.count == 2)
    }
  }

  @Test(arguments: FuzzTarget.allCases)
  func `random inputs find nothing wrong`(target: FuzzTarget) {
    let seed = TestSeed.choose(for: "FuzzTargetTests")
    var random = SplitMix64(seed: seed)
    for _ in 0..<100 {
      let count = random.number(below: 400)
      let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      if let difference = target.firstDifference(bytes) {
        Issue.record("seed \(seed), \(target): \(difference)\n\(target.source(of: bytes))")
        return
      }
    }
  }

  private static func files(in folder: String) -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      // A name that ends with a zero, valid until the next call.
      let name = unsafe withUnsafePointer(to: entry.pointee.d_name) { name in
        unsafe String(cString: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  private static func contents(of path: String) -> [UInt8] {
    guard let file = unsafe fopen(path, "r") else {
      Issue.record("\(path) cannot be read")
      return []
    }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: FuzzTarget.largestByteCount)
    // At most as many bytes are read as the array has.
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    return Array(bytes.prefix(count))
  }
}
