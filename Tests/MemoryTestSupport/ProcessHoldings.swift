import MemoryRegions

/// What this process has open and mapped, by the kernel's own account.
package struct ProcessHoldings {
  private let descriptors: Int
  private let mappedByteCount: Int
  private let lockedByteCount: Int

  package static func now() -> ProcessHoldings {
    let system = SystemCalls.linux
    let status = system.keyedSizes("/proc/self/status") ?? [:]
    // A table of one line a descriptor cannot be read as a file; those that exist can be asked for.
    let descriptors = (0..<1024).count { number in
      (try? system.readFile("/proc/self/fdinfo/\(number)")) != nil
    }
    return ProcessHoldings(
      descriptors: descriptors, mappedByteCount: status["VmSize"] ?? 0,
      lockedByteCount: status["VmLck"] ?? 0)
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
