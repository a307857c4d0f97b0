import IOPages
import Testing
import iopages

@Suite struct NUMATopologySourceTests {
  @Test(
    arguments: [
      (.libnuma, "libnuma", false),
      (.systemFiles, "/sys, libnuma may not ask", false),
      (.processStatus, "this process's status; libnuma may not ask, and /sys is hidden", false),
      (.withoutLibnuma, "one node assumed, this build has no libnuma", true),
      (.withoutKernelSupport, "one node assumed, the kernel offers no NUMA", true),
    ] as [(NUMATopology.Source, String, Bool)])
  func saysWhetherNodesAreKnownOrAssumed(source: NUMATopology.Source, text: String, isOne: Bool) {
    #expect(source.text == text)
    #expect(source.assumesOneNode == isOne)
  }
}
