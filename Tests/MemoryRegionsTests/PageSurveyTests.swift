import MemoryRegions
import Synchronization
import SystemPackage
import Testing

@Suite struct PageSurveyTests {
  private let node1 = NodeMask([1])!
  private let range = 0x7f00_0000_0000..<0x7f00_0000_0000 + 4 * 4096

  @Test func `strays are the pages on other nodes, absent ones are none`() {
    var table = SystemCalls.linux
    table.nodes = { (pages) throws(Errno) in [1, 0, -2, 5] }
    let strays = PageSurvey(table, range, pageStep: nil).strays(outside: node1)
    #expect(strays.check == .everyPage)
    #expect(strays.pages == [range.lowerBound + 4096, range.lowerBound + 3 * 4096])
    #expect(strays.count == 2)
  }

  @Test func `large ranges are asked about in chunks`() {
    final class Sizes: Sendable { let all = Mutex<[Int]>([]) }
    let sizes = Sizes()
    var table = SystemCalls.linux
    table.nodes = { (pages) throws(Errno) in
      sizes.all.withLock { $0.append(pages.count) }
      return pages.map { _ in 1 }
    }
    let chunk = PageSurvey.chunk
    let survey = PageSurvey(table, 0..<(chunk + 3) * 4096, pageStep: nil)
    #expect(survey.pageCount == chunk + 3)
    #expect(survey.strays(outside: node1).count == 0)
    #expect(sizes.all.withLock { $0 } == [chunk, 3])
    let huge = PageSurvey(table, 0..<8 << 20, pageStep: 2 << 20)
    #expect(huge.pageCount == 4)
  }

  @Test func `without move_pages each page is asked for`() {
    var table = SystemCalls.linux
    table.nodes = { (_) throws(Errno) in throw .notPermitted }
    let last = range.upperBound - 4096
    table.node = { (page) throws(Errno) in page == last ? 0 : 1 }
    let strays = PageSurvey(table, range, pageStep: nil).strays(outside: node1)
    #expect(strays.pages == [last])
    #expect(strays.check == .everyPage)
  }

  @Test func `without either, the counts of numa_maps are taken`() {
    var table = SystemCalls.linux.seeing(only: [
      "/proc/self/numa_maps": "7f0000000000 bind:1 anon=4 dirty=4 N0=3 N1=1 kernelpagesize_kB=4\n"
    ])
    table.nodes = { (_) throws(Errno) in throw .notPermitted }
    table.node = { (_) throws(Errno) in throw .notPermitted }
    let strays = PageSurvey(table, range, pageStep: nil).strays(outside: node1)
    #expect(strays.count == 3)
    #expect(strays.pages.isEmpty)
    let blind = table.seeing(only: [:])
    #expect(PageSurvey(blind, range, pageStep: nil).strays(outside: node1).check == .unverified)
  }

  @Test(arguments: [
    // The mapping reaches past the range: which of its pages strayed, nobody knows.
    ("7f0000000000 bind:1 anon=5 N0=1 N1=4\n", PlacementCheck.unverified),
    // It starts before.
    ("7effffff0000 bind:1 anon=4 N0=1 N1=3\n", .unverified),
    // It does both, but has no strays at all.
    ("7effffff0000 bind:1 anon=9 N1=9\n", .everyPage),
  ])
  func `a neighbour's pages are no strays`(text: String, check: PlacementCheck) {
    var table = SystemCalls.linux.seeing(only: ["/proc/self/numa_maps": text])
    table.nodes = { (_) throws(Errno) in throw .notPermitted }
    table.node = { (_) throws(Errno) in throw .notPermitted }
    let strays = PageSurvey(table, range, pageStep: nil).strays(outside: node1)
    #expect(strays.check == check)
    #expect(strays.count == 0)
  }
}
