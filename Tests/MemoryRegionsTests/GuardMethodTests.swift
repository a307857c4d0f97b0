import MemoryTestSupport
import SystemPackage
import Testing

@testable import MemoryRegions

@Suite struct GuardMethodTests {
  @Test func `a kernel without markers, and one without memory to try, protect`() {
    for errno in [Errno.invalidArgument, .notPermitted, .noFunction] {
      let journal = CallJournal()
      var table = SystemCalls.linux
      table.advise = { (_, _, _) throws(Errno) in throw errno }
      #expect(GuardMethod(probing: journal.table(over: table)) == .protection)
      #expect(journal.isBalanced)
    }
    let journal = CallJournal()
    let table = journal.table()
    journal.arm(failing: 0)
    #expect(GuardMethod(probing: table) == .protection)
    #expect(journal.isBalanced)
  }

  @Test func `a limit that cannot be read is the kernel's own`() throws {
    let table = SystemCalls.linux.hiding("/proc/sys/vm").guarding(by: .protection)
    let region = try MemoryRegion(
      RegionOptions(byteCount: 1 << 16, guardPages: true), systemCalls: table)
    #expect(try region.guardPages(0..<1))
  }
}
