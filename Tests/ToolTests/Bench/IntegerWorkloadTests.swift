import Testing

@testable import iopages

@Suite struct IntegerWorkloadTests {
  @Test func loadsIntegersFromAllThatHasBytes() throws {
    let found = try figures(of: .integers)
    let expected = ["4096", "65536"].flatMap { size in
      ["load-16", "load-16-strided", "load-16-indexed", "load-16-scattered"].flatMap { metric in
        ["iopages", "page-buffer", "shared-page-buffer", "raw-pointer"].map {
          "\(metric) \(size) \($0)"
        }
      }
    }
    #expect(found == expected)
  }

  @Test func measuresNothingThatIsNotAskedFor() throws {
    #expect(try figures(of: .integers, [.frames, .glibc]).isEmpty)
  }
}
