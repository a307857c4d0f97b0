import IOPages
import MemoryTestSupport
import Testing

@Suite(.leavesNoPages) struct SecretPoolTests {
  @Test func whatASecretPageHeldIsGoneWhenItComesBack() throws {
    var options = RegionOptions(byteCount: 16 * 4096, allowing: .secrecy)
    options.storage = .secret
    let region = try MemoryRegion(options)
    let pool = try PagePool(region: region)
    var page = try pool.allocate(pages: 4, contents: .uninitialized)
    page.fill(0..<page.byteCount, with: 0x5e)
    let address = unsafe page.baseAddress
    _ = consume page
    // The region is mapped still.
    let bytes = unsafe UnsafeRawBufferPointer(start: address, count: 4 * 4096)
    #expect(unsafe bytes.allSatisfy { $0 == 0 })
    do {
      let next = try pool.allocate(pages: 16, contents: .uninitialized)
      var sum = 0
      for offset in 0..<next.byteCount { sum += Int(next[offset]) }
      #expect(sum == 0)
    }
    #expect(pool.leakReport.isEmpty)
  }
}
