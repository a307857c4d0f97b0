import FileCopying
import MemoryRegions
import SystemPackage
import Testing

@Suite struct RegionErrorOptionsTests {
  @Test(
    arguments: [
      (RegionError(.invalidByteCount, detail: "5000 bytes"), "--region"),
      (RegionError(.invalidLargestOrder, detail: "order 63"), "--largest-order"),
      (RegionError(.notWholeHugePages), "--region 1G"),
      (RegionError(.hugePagesUnavailable), "--huge-pages none"),
      (RegionError(.transparentHugePagesUnavailable), "--huge-pages none"),
      (RegionError(.notEnoughMemory), "--queue-depth"), (RegionError(.lockLimit), "ulimit -l"),
      (RegionError(.noSuchNode, detail: "node 9"), "--numa-node"),
      (RegionError(.notEnoughMemoryOnNodes, detail: "within node 9"), "--numa-node"),
      (RegionError(.placementRefused, call: "mbind", errno: .notPermitted), "--numa-node"),
      (
        RegionError(.placementNotMet, call: "move_pages", errno: .notPermitted),
        "permit move_pages, or leave --numa-node"
      ),
      (RegionError(.placementNotMet, call: "move_pages", errno: .noMemory), "free memory"),
    ])
  func namesTheOptionInPlaceOfTheLibrarysOwn(error: RegionError, option: String) {
    let text = error.commandLineDescription
    #expect(text.hasPrefix("\(error.kind)"))
    #expect(text.contains(error.detail) || error.detail.isEmpty)
    #expect(text.contains(option))
    #expect(!text.contains("degradation"))
    if let call = error.call, let errno = error.errno {
      #expect(text.contains("(\(call): \(errno), errno \(errno.rawValue))"))
    } else {
      #expect(!text.contains("errno"))
    }
  }

  @Test func keepsTheLibrarysWordsWhereNoOptionHelps() {
    let error = RegionError(.pageSizeUnsupported)
    #expect(error.commandLineDescription == error.description)
  }
}
