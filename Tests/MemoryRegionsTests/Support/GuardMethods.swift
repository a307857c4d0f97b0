import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

extension SystemCalls {
  /// This table, with guard pages of one kind only.
  func guarding(by method: GuardMethod) -> SystemCalls {
    guard method == .protection else { return self }
    var table = self
    table.advise = { (address, byteCount, advice) throws(Errno) in
      // As kernels before 6.13 answer.
      if advice == .installGuards || advice == .removeGuards { throw .invalidArgument }
      try self.advise(address, byteCount, advice)
    }
    return table
  }
}

extension GuardMethod {
  static let both = [GuardMethod.markers, .protection]

  /// Whether the kernel has it; if not, a report.
  var isAvailable: Bool {
    let options = RegionOptions(byteCount: 4096, guardPages: true)
    if self == .protection { return true }
    if (try? MemoryRegion(options))?.granted.guardMethod == .markers { return true }
    cannotTest("guard-markers", because: "the kernel has no MADV_GUARD_INSTALL")
    return false
  }
}
