import MemoryTestSupport
import Testing

@testable import PagePools

@Suite struct CrowdedPagesTests {
  @Test func countsAreKeptByFrame() {
    let seed = TestSeed.choose(for: "countsAreKeptByFrame")
    var random = SplitMix64(seed: seed)
    var pages = CrowdedPages()
    var model: [Int: Int] = [:]
    for _ in 0..<5000 {
      let frame = random.number(below: 40)
      switch (model[frame], random.number(below: 3)) {
      case (nil, _):
        pages.insert(frame, partsBeyondFirst: 127)
        model[frame] = 127
      case (let count?, 0):
        #expect(pages.change(frame, by: 1) == count + 1)
        model[frame] = count + 1
      case (let count?, 1):
        #expect(pages.change(frame, by: -1) == count - 1)
        model[frame] = count - 1
      default:
        pages.remove(frame)
        model[frame] = nil
      }
      #expect(pages[frame] == model[frame])
      #expect(pages.isEmpty == model.isEmpty)
    }
    for frame in 0..<40 { #expect(pages[frame] == model[frame]) }
  }

  @Test func changingWhatIsNotCountedTraps() async {
    await #expect(processExitsWith: .trap) {
      var pages = CrowdedPages()
      pages.insert(3, partsBeyondFirst: 127)
      _ = pages.change(4, by: 1)
    }
  }
}
