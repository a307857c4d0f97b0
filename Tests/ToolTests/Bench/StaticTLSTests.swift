import Testing

@testable import iopages

@Suite struct StaticTLSTests {
  @Test(arguments: [nil, ""])
  func asksForMoreRoom(tunables: String?) {
    #expect(StaticTLS.enlarged(tunables) == "glibc.rtld.optional_static_tls=65536")
  }

  @Test func keepsWhatTheUserHasSet() {
    #expect(
      StaticTLS.enlarged("glibc.malloc.check=1")
        == "glibc.malloc.check=1:glibc.rtld.optional_static_tls=65536")
  }
}
