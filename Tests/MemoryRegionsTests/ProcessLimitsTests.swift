import Glibc
import MemoryTestSupport
import SystemCallRefusal
import SystemPackage
import Testing

@testable import MemoryRegions

/// Regions in processes that are not given everything: each piece of work is done or throws a typed
/// error that names the call and its errno, no signal ends the process, and nothing is left.
@Suite struct ProcessLimitsTests {
  @Test func `without limits all work is done`() async {
    let isSecret = canHaveSecretMemory()
    await #expect(processExitsWith: .success) { [isSecret = isSecret as Bool] in
      let report = WorkReport(hasSecretMemory: isSecret)
      #expect(report.refused == [])
      #expect(report.excess == [])
    }
  }

  @Test func `little address space is a typed error`() async {
    guard mappedByteCount() != nil else { return }
    let isSecret = canHaveSecretMemory()
    await #expect(processExitsWith: .success) { [isSecret = isSecret as Bool] in
      // The heap has grown, and the arenas of control blocks are there.
      _ = WorkReport(hasSecretMemory: isSecret)
      let mapped = try #require(mappedByteCount())
      #expect(setLimit(RLIMIT_AS, mapped + 3 << 19))
      let report = WorkReport(hasSecretMemory: isSecret)
      #expect(!report.refusals.isEmpty)
      for (name, error) in report.refusals {
        #expect(error.errno == .noMemory, "\(name): \(error)")
        #expect(
          [.reservationRefused, .commitRefused, .sideTablesRefused].contains(error.kind),
          "\(name): \(error)")
      }
      #expect(report.excess == [])
      let error = #expect(throws: RegionError.self) {
        try MemoryRegion(RegionOptions(byteCount: 1 << 30, initiallyCommitted: 0))
      }
      #expect(error?.kind == .reservationRefused && error?.call == "mmap")
      #expect(error?.description.contains("RLIMIT_AS") == true)
      let tables = #expect(throws: RegionError.self) { try SideTableMemory(byteCount: 1 << 30) }
      #expect(tables?.kind == .sideTablesRefused)
      #expect(tables?.description.contains("RLIMIT_AS") == true)
      // Little is had as ever.
      _ = try MemoryRegion(RegionOptions(byteCount: 1 << 16))
    }
  }

  @Test func `a limit on private memory is a typed error`() async {
    guard mappedByteCount() != nil else { return }
    await #expect(processExitsWith: .success) {
      _ = WorkReport(hasSecretMemory: false)
      let data = SystemCalls.linux.keyedSizes("/proc/self/status")?["VmData"] ?? 0
      #expect(setLimit(RLIMIT_DATA, data + 3 << 19))
      let report = WorkReport(hasSecretMemory: false)
      #expect(!report.refusals.isEmpty)
      for (name, error) in report.refusals {
        #expect(error.errno == .noMemory && error.kind == .commitRefused, "\(name): \(error)")
        #expect(error.description.contains("RLIMIT_DATA"))
      }
      #expect(report.excess == [])
    }
  }

  @Test func `who may lock little is told how much, and everything else is as ever`() async {
    let isSecret = canHaveSecretMemory()
    await #expect(processExitsWith: .success) { [isSecret = isSecret as Bool] in
      #expect(becomeUnprivileged(lockLimit: 2 << 20))
      let report = WorkReport(hasSecretMemory: isSecret)
      #expect(report.refused == (isSecret ? ["locked pages", "secret memory"] : ["locked pages"]))
      for (_, error) in report.refusals {
        #expect(error.kind == .lockLimit)
        #expect(error.description.contains("RLIMIT_MEMLOCK is 2097152 bytes"))
      }
      #expect(report.excess == [])
    }
  }

  @Test func `no descriptors is a typed error where one is needed`() async {
    let isSecret = canHaveSecretMemory()
    await #expect(processExitsWith: .success) { [isSecret = isSecret as Bool] in
      _ = WorkReport(hasSecretMemory: isSecret)
      // The lowest number that is free.
      let next = try SystemCalls.linux.createMemoryFile("next", 0)
      try SystemCalls.linux.close(next)
      let before = ProcessHoldings.now()
      #expect(setLimit(RLIMIT_NOFILE, Int(next)))
      let report = WorkReport(hasSecretMemory: isSecret)
      #expect(
        report.refused
          == (isSecret
            ? ["a memory file", "secret memory", "secret memory, or what comes close"]
            : ["a memory file"]))
      for (_, error) in report.refusals {
        #expect(error.kind == .memoryFileRefused && error.errno == .tooManyOpenFiles)
        #expect(error.description.contains("RLIMIT_NOFILE"))
      }
      #expect(setLimit(RLIMIT_NOFILE, 1024))
      #expect(ProcessHoldings.now().descriptors == before.descriptors)
    }
  }

  @Test func `no huge pages is a typed error`() async {
    let pool = HugePagePool(shift: 30, .linux)
    guard pool.map({ $0.freeCount == 0 }) ?? true else {
      return cannotTest("no-huge-pages", because: "huge pages of 1 GiB are free")
    }
    await #expect(processExitsWith: .success) {
      // Other tests reserve huge pages, and let go of them.
      try withMachineHugePages {
        let excess = ProcessHoldings.excess(ofRepeating: {
          for storage in [Storage.anonymous, .memfd(name: "none")] {
            let error = #expect(throws: RegionError.self) {
              try MemoryRegion(
                RegionOptions(byteCount: 1 << 30, backing: .hugePages1GiB, storage: storage))
            }
            #expect(error?.kind == .hugePagesUnavailable, "\(storage)")
            #expect(error?.errno != nil)
          }
        })
        #expect(excess == [])
      }
    }
  }

  /// What containers refuse, by name and number.
  private static let calls: [(name: String, number: UInt32)] = [
    ("madvise", SystemCallNumber.adviseMemory), ("mlock2", SystemCallNumber.lockMemory),
    ("memfd_create", SystemCallNumber.createMemoryFile),
    ("memfd_secret", SystemCallNumber.createSecretFile),
    ("fallocate", SystemCallNumber.allocateFile), ("mremap", SystemCallNumber.moveMapping),
  ]

  @Test(arguments: calls.indices, [Errno.notPermitted, .noFunction])
  func `a call that the kernel refuses is named`(index: Int, errno: Errno) async {
    let isSecret = canHaveSecretMemory()
    let needsSecrets = ["memfd_secret", "mremap"].contains(Self.calls[index].name)
    guard isSecret || !needsSecrets else { return }
    let code = errno.rawValue
    await #expect(processExitsWith: .success) {
      [index = index as Int, code = code as CInt, isSecret = isSecret as Bool] in
      let (name, number) = Self.calls[index]
      // Opening the first region of all needs advice.
      _ = WorkReport(hasSecretMemory: isSecret)
      guard refuse(number, with: code) else {
        return cannotTest("seccomp", because: "no filter can be installed")
      }
      let report = WorkReport(hasSecretMemory: isSecret)
      #expect(!report.refusals.isEmpty)
      for (work, error) in report.refusals {
        #expect(error.call == name && error.errno?.rawValue == code, "\(work): \(error)")
      }
      #expect(report.excess == [])
      let expected =
        switch name {
        case "mlock2": ["locked pages"]
        case "memfd_create", "fallocate": ["a memory file"]
        case "memfd_secret": ["secret memory"]
        case "mremap": ["secret memory", "secret memory, or what comes close"]
        default: report.refused
        }
      #expect(report.refused == expected)
    }
  }
}
