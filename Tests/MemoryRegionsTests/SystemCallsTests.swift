import MemoryRegions
import Testing

@Suite struct SystemCallsTests {
  @Test func `the modes are the kernel's`() {
    #expect(MemoryPolicy.Mode.default.rawValue == 0)
    #expect(MemoryPolicy.Mode.preferred.rawValue == 1)
    #expect(MemoryPolicy.Mode.bind.rawValue == 2)
    #expect(MemoryPolicy.Mode.local.rawValue == 4)
    #expect(MemoryPolicy.Mode.preferredMany.rawValue == 5)
  }

  @Test func `every call of the table can be replaced`() {
    var table = SystemCalls.linux
    table.pageByteCount = { 1 }
    #expect(table.pageByteCount() == 1)
    #expect(SystemCalls.linux.pageByteCount() != 1)
  }
}
