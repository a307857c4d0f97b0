import MemoryRegions
import Testing

@Suite struct NUMAMapsTests {
  static let text = """
    55d0c0000000 default file=/usr/bin/x mapped=3 N0=3 kernelpagesize_kB=4
    7f0000000000 bind:0 anon=512 dirty=512 active=0 N0=500 N1=12 kernelpagesize_kB=4
    7f0000200000 default
    7f0000400000 bind:0 huge anon=2 dirty=2 N3=2 kernelpagesize_kB=2048
    7ffd00000000 default stack anon=3 dirty=3 N0=3 kernelpagesize_kB=4
    """

  private func pages(_ low: Int, _ high: Int) -> [Int: Int]? {
    NUMAMaps.count(Self.text, in: low..<high)?.pagesByNode
  }

  @Test func `pages are counted by node over the mappings of the range`() {
    #expect(pages(0x7f00_0000_0000, 0x7f00_0020_0000) == [0: 500, 1: 12])
    #expect(pages(0x7f00_0020_0000, 0x7f00_0040_0000) == [:])
    #expect(pages(0x7f00_0000_0000, 0x7f00_0080_0000) == [0: 500, 1: 12, 3: 2])
    // Inside a mapping that starts before.
    #expect(pages(0x7f00_0001_0000, 0x7f00_0002_0000) == [0: 500, 1: 12])
  }

  @Test func `a mapping that holds more than the range is found out`() throws {
    let start = 0x7f00_0000_0000
    let whole = try #require(NUMAMaps.count(Self.text, in: start..<start + 512 << 12))
    #expect(whole.isOnly(512))
    #expect(!whole.isOnly(511) && !whole.isOnly(513))
    let later = try #require(NUMAMaps.count(Self.text, in: start + 4096..<start + 512 << 12))
    #expect(!later.startsWithRange)
    #expect(!later.isOnly(512))
  }

  @Test func `names of files are no nodes, and odd text is nothing`() {
    let text = "7f0000000000 default file=/N9=9 N0=1\nnonsense\n"
    let count = NUMAMaps.count(text, in: 0x7f00_0000_0000..<0x7f00_0000_1000)
    #expect(count?.pagesByNode == [0: 1])
    #expect(count?.startsWithRange == true)
    #expect(pages(0x1000, 0x2000) == nil)
    #expect(NUMAMaps.count("", in: 0..<4096) == nil)
  }
}
