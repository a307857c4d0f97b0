import Testing

@testable import iopages

@Suite struct RingWorkloadTests {
  @Test func sendsPagesThroughEachRing() throws {
    let rings = ["single-producer-ring", "multi-producer-ring", "lamport-queue"]
    #expect(
      try figures(of: .rings)
        == ["push-pop", "handover", "handover-burst"].flatMap { metric in
          rings.map { "\(metric) \($0)" }
        })
  }

  @Test func measuresNothingThatIsNotAskedFor() throws {
    #expect(try figures(of: .rings, [.frames, .pageBuffer]).isEmpty)
  }
}
