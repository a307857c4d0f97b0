import Testing

@testable import iopages

@Suite struct PeerCatalogTests {
  @Test func findsGlibcAlways() {
    var catalog = PeerCatalog()
    catalog.open([.pages, .glibc, .none])
    #expect(catalog.subjects.map(\.name) == [.glibc], "what is no peer is left to others")
    #expect(catalog.absent.isEmpty)
    #expect(!catalog.lacksStaticTLS)
  }

  @Test func opensNothingThatIsNotAskedFor() {
    var catalog = PeerCatalog()
    catalog.open([])
    #expect(catalog.subjects.isEmpty)
    #expect(catalog.absent.isEmpty)
  }

  @Test func listsWhatIsAbsentWithItsPackage() {
    // The test bundle has no loops of DPDK's pool beside it: it is not the tool.
    var catalog = PeerCatalog()
    catalog.open([.dpdkMempool])
    #expect(catalog.subjects.isEmpty)
    #expect(catalog.absent.map(\.name) == [.dpdkMempool])
    #expect(catalog.absent[0].description.contains("apt-get install libdpdk-dev"))
  }

  @Test func knowsAPackageForEachPeerButTheCLibrary() {
    for name in [SubjectName.jemalloc, .mimalloc, .tcmalloc, .dpdkMalloc, .dpdkMempool] {
      #expect(PeerCatalog.debianPackage(of: name) != nil)
    }
    for name in [SubjectName.pages, .frames, .buddy, .glibc, .none, .loop] {
      #expect(PeerCatalog.debianPackage(of: name) == nil)
    }
  }
}
