import Glibc
import MemoryTestSupport
import SystemPackage
import Testing

@testable import MemoryRegions

@Suite struct MemoryRegionGuardsTests {
  private static func open(
    _ method: GuardMethod, _ options: RegionOptions = RegionOptions(byteCount: 1 << 16),
    over table: SystemCalls = .linux
  ) throws -> MemoryRegion {
    var options = options
    options.guardPages = true
    return try MemoryRegion(options, systemCalls: table.guarding(by: method))
  }

  private static func page(
    _ number: Int, of region: MemoryRegion
  ) -> UnsafeMutablePointer<UInt64> {
    unsafe word(at: Int(bitPattern: region.address) + number * 4096)
  }

  private func residentPages(_ region: MemoryRegion) throws -> Int {
    let start = Int(bitPattern: unsafe region.address)
    return try SystemCalls.linux.residentPages(start..<start + region.byteCount)
  }

  @Test(arguments: GuardMethod.both)
  func `a guarded page ends who touches it, and only that page`(method: GuardMethod) async {
    guard method.isAvailable else { return }
    let isProtection = method == .protection
    await #expect(processExitsWith: .success) { [isProtection = isProtection as Bool] in
      let region = try Self.open(isProtection ? .protection : .markers)
      #expect(try region.guardPages(3..<5))
      let expected: [(Int, Int32?)] = [(2, nil), (3, SIGSEGV), (4, SIGSEGV), (5, nil)]
      for (number, signal) in expected {
        // Committed, while the region lives; where it is guarded, the fault is the point.
        let found = signalEndingForkedChild { unsafe Self.page(number, of: region).pointee = 1 }
        #expect(found == signal, "page \(number)")
      }
      try region.unguardPages(3..<5)
      for number in 0..<16 { unsafe Self.page(number, of: region).pointee = 1 }
    }
  }

  @Test(arguments: GuardMethod.both, [Population.atCommit, .none])
  func `what becomes of the contents, and of the memory`(
    method: GuardMethod, population: Population
  ) throws {
    guard method.isAvailable else { return }
    let region = try Self.open(
      method, RegionOptions(byteCount: 1 << 16, population: population))
    #expect(region.granted.guardMethod == method)
    for number in 0..<16 { unsafe Self.page(number, of: region).pointee = 7 }
    let isPopulated = population == .atCommit
    #expect(try region.guardPages(8..<12))
    #expect(try residentPages(region) == (method == .markers ? 12 : 16))
    try region.unguardPages(8..<12)
    #expect(try residentPages(region) == (method == .markers && !isPopulated ? 12 : 16))
    for number in 0..<16 {
      let isGone = method == .markers && 8..<12 ~= number
      // Committed and without a guard, while the region lives.
      #expect(unsafe Self.page(number, of: region).pointee == (isGone ? 0 : 7))
    }
  }

  @Test(arguments: GuardMethod.both)
  func `guards are counted`(method: GuardMethod) throws {
    guard method.isAvailable else { return }
    let region = try Self.open(method)
    #expect(region.guardStatistics == GuardStatistics())
    #expect(try region.guardPages(0..<1))
    #expect(try region.guardPages(1..<4))
    #expect(try region.guardPages(15..<16))
    var expected = GuardStatistics()
    (expected.guards, expected.pages) = (3, 5)
    #expect(region.guardStatistics == expected)
    try region.unguardPages(1..<4)
    (expected.guards, expected.pages) = (2, 2)
    #expect(region.guardStatistics == expected)
    try region.commit(pages: 0)
  }

  @Test func `mappings that are guards have a limit, for all regions together`() async {
    await #expect(processExitsWith: .success) {
      let table = SystemCalls.linux.seeing(["/proc/sys/vm/max_map_count": "40\n"])
      let first = try Self.open(.protection, over: table)
      var second: MemoryRegion? = try Self.open(.protection, over: table)
      for number in 0..<6 { #expect(try first.guardPages(number..<number + 1)) }
      for number in 0..<4 { #expect(try second?.guardPages(number..<number + 1) == true) }
      #expect(try first.guardPages(9..<10) == false)
      #expect(try second?.guardPages(9..<10) == false)
      // It was refused, and is accessible.
      unsafe Self.page(9, of: first).pointee = 1
      #expect(first.guardStatistics.refused == 1 && first.guardStatistics.guards == 6)
      try first.unguardPages(0..<1)
      #expect(try first.guardPages(9..<10))
      // A region that goes takes its guards along.
      second = nil
      for number in 10..<14 { #expect(try first.guardPages(number..<number + 1)) }
      #expect(try first.guardPages(14..<15) == false)
      #expect(first.guardStatistics.guards == 10 && first.guardStatistics.pages == 10)
    }
  }

  @Test func `markers have no limit`() throws {
    guard GuardMethod.markers.isAvailable else { return }
    let table = SystemCalls.linux.seeing(["/proc/sys/vm/max_map_count": "8\n"])
    let region = try Self.open(.markers, over: table)
    for number in 0..<16 { #expect(try region.guardPages(number..<number + 1)) }
    #expect(region.guardStatistics.guards == 16 && region.guardStatistics.refused == 0)
  }

  @Test(arguments: GuardMethod.both)
  func `no memory for a guard is counted, another refusal is an error`(
    method: GuardMethod
  ) throws {
    guard method.isAvailable else { return }
    let journal = CallJournal()
    let region = try Self.open(method, over: journal.table())
    unsafe Self.page(2, of: region).pointee = 7
    journal.arm(failing: 0, errno: .noMemory)
    #expect(try region.guardPages(2..<3) == false)
    journal.arm(failing: 0, errno: .notPermitted)
    let error = #expect(throws: RegionError.self) { try region.guardPages(2..<3) }
    #expect(error?.kind == .guardRefused && error?.errno == .notPermitted)
    #expect(error?.call == (method == .markers ? "madvise" : "mprotect"))
    journal.disarm()
    #expect(region.guardStatistics.guards == 0 && region.guardStatistics.pages == 0)
    #expect(region.guardStatistics.refused == 2)
    unsafe Self.page(2, of: region).pointee = 8
    #expect(try residentPages(region) == 16)
    #expect(try region.guardPages(2..<3))
  }

  @Test func `a guard that cannot be populated stands`() throws {
    guard GuardMethod.markers.isAvailable else { return }
    let journal = CallJournal()
    let region = try Self.open(.markers, over: journal.table())
    #expect(try region.guardPages(4..<8))
    var kinds: Set<RegionError.Kind> = []
    for index in 0... {
      journal.arm(failing: index)
      do throws(RegionError) {
        try region.unguardPages(4..<8)
        if journal.failed == nil { break }
        #expect(journal.failed == "read")
        #expect(try region.guardPages(4..<8))
      } catch {
        kinds.insert(error.kind)
        #expect(error.call == journal.failed && error.errno == .noMemory)
        #expect(region.guardStatistics.pages == 4)
        #expect(try residentPages(region) == 12)
      }
    }
    #expect(kinds == [.guardRefused, .populationRefused])
    #expect(try residentPages(region) == 16)
    #expect(region.guardStatistics.guards == 0)
  }

  @Test(arguments: GuardMethod.both)
  func `no device gets a region with guards`(method: GuardMethod) throws {
    guard method.isAvailable else { return }
    let region = try Self.open(
      method, RegionOptions(byteCount: 1 << 16, excludedFromForks: true))
    let error = #expect(throws: RegionError.self) { try region.register(.vfio).kind }
    #expect(error?.kind == .guarded)
    #expect(region.registrationCount == 0)
  }

  @Test func `a forked child changes no guards`() async {
    await #expect(processExitsWith: .success) {
      let region = try Self.open(.protection)
      #expect(try region.guardPages(1..<2))
      let status = statusOfForkedChild {
        let error = #expect(throws: RegionError.self) { try region.guardPages(2..<3) }
        return error?.kind == .notOwner && region.guardStatistics == GuardStatistics() ? 0 : 1
      }
      #expect(status == 0)
      #expect(region.guardStatistics.guards == 1)
    }
  }

  @Test(arguments: [0..<1, 2..<3, 2..<5, 16..<17, 15..<17, -1..<1, 7..<7])
  func `ending a guard that is none, or guarding what is not there, traps`(
    pages: Range<Int>
  ) async {
    let (first, last) = (pages.lowerBound, pages.upperBound)
    await #expect(processExitsWith: .trap) { [first = first as Int, last = last as Int] in
      trapping {
        let region = try Self.open(.protection)
        _ = try region.guardPages(2..<4)
        if first >= 7 { _ = try region.guardPages(first..<last) }
        try region.unguardPages(first..<last)
      }
    }
  }

  @Test func `guarding twice traps`() async {
    await #expect(processExitsWith: .trap) {
      trapping {
        let region = try Self.open(.protection)
        _ = try region.guardPages(2..<4)
        _ = try region.guardPages(2..<4)
      }
    }
  }

  @Test func `a region that was opened without guards has none`() async {
    await #expect(processExitsWith: .trap) {
      trapping { _ = try MemoryRegion(RegionOptions(byteCount: 4096)).guardPages(0..<1) }
    }
  }
}
