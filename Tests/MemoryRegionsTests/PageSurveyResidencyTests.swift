import SystemPackage
import Testing

@testable import MemoryRegions

@Suite struct PageSurveyResidencyTests {
  private let range = 0x7f00_0000_0000..<0x7f00_0000_0000 + 8 << 20

  @Test func `huge pages count as the base pages that they are`() throws {
    var table = SystemCalls.linux
    table.nodes = { (pages) throws(Errno) in pages.indices.map { [0, 0, 9, -2][$0] } }
    let residency = try PageSurvey(table, range, pageStep: 2 << 20).residency()
    #expect(residency.pages == [0: 1024, 9: 512])
    #expect(residency.absent == 512)
  }

  @Test func `counts of mappings need the mappings to be the range's`() throws {
    let numaMaps = "7f0000000000 bind:0 huge anon=3 N0=2 N5=1 kernelpagesize_kB=2048\n"
    for (maps, isKnown) in [
      ("7f0000000000-7f0000800000 rw-p 0 00:00 0\n", true),
      ("7f0000000000-7f0000400000 rw-p 0 00:00 0\n7f0000400000-7f0000800000 rw-p 0 0 0\n", true),
      ("7f0000000000-7f0000900000 rw-p 0 00:00 0\n", false),
      ("7effff000000-7f0000800000 rw-p 0 00:00 0\n", false),
    ] {
      var table = SystemCalls.linux.seeing(only: [
        "/proc/self/maps": maps, "/proc/self/numa_maps": numaMaps,
      ])
      table.nodes = { (_) throws(Errno) in throw .notPermitted }
      let survey = PageSurvey(table, range, pageStep: 2 << 20)
      let residency = try? survey.residency()
      #expect((residency != nil) == isKnown, "\(maps)")
      guard let residency else { continue }
      #expect(residency.pages == [0: 1024, 5: 512])
      #expect(residency.absent == 512)
      #expect(residency.method == .mappingCounts)
    }
  }

  @Test func `more pages than the range has are nobody's figure`() {
    var table = SystemCalls.linux.seeing(only: [
      "/proc/self/maps": "7f0000000000-7f0000800000 rw-p 0 00:00 0\n",
      "/proc/self/numa_maps": "7f0000000000 default anon=3000 N0=3000 kernelpagesize_kB=4\n",
    ])
    table.nodes = { (_) throws(Errno) in throw .noFunction }
    let survey = PageSurvey(table, range, pageStep: nil)
    #expect(throws: RegionError.self) { try survey.residency() }
  }
}
