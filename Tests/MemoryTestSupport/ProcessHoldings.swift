import Glibc
import MemoryRegions

/// What this process has open and mapped, by the kernel's own account.
package struct ProcessHoldings {
  package let descriptors: Int
  private let mappedByteCount: Int
  private let lockedByteCount: Int

  package static func now() -> ProcessHoldings {
    let system = SystemCalls.linux
    let status = system.keyedSizes("/proc/self/status") ?? [:]
    return ProcessHoldings(
      descriptors: (0..<1024).count(where: isOfRegions), mappedByteCount: status["VmSize"] ?? 0,
      lockedByteCount: status["VmLck"] ?? 0)
  }

  /// Whether a descriptor is one of those that regions open: memory files, and files of the kernel's.
  /// The threads of the test runner have some of their own, which come and go.
  private static func isOfRegions(_ descriptor: Int) -> Bool {
    var target = [CChar](repeating: 0, count: 64)
    // The call writes no more than the array has.
    let count = unsafe readlink("/proc/self/fd/\(descriptor)", &target, target.count)
    guard count > 0 else { return false }
    let name = String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return ["/memfd:", "/secretmem", "/proc/", "/sys/"].contains { name.hasPrefix($0) }
  }

  /// What the work leaves each time it is done: up to three times, since the heap and the threads of
  /// the test runner take memory, too, but not each time.
  package static func excess(ofRepeating work: () throws -> Void) rethrows -> [String] {
    var excess: [String] = []
    for _ in 0..<3 {
      let before = now()
      try work()
      excess = now().excess(over: before)
      if excess.isEmpty { break }
    }
    return excess
  }

  /// What is held more than before. A region of the sweeps is larger than what the heap may grow by
  /// when the same is done a second time.
  package func excess(over before: ProcessHoldings) -> [String] {
    var excess: [String] = []
    if descriptors != before.descriptors {
      excess.append("\(descriptors - before.descriptors) descriptors more")
    }
    if mappedByteCount - before.mappedByteCount >= 1 << 18 {
      excess.append("\(mappedByteCount - before.mappedByteCount) bytes mapped more")
    }
    if lockedByteCount > before.lockedByteCount {
      excess.append("\(lockedByteCount - before.lockedByteCount) bytes locked more")
    }
    return excess
  }
}
