// One sequence of everything that can be done to pools, pages and buffers, beside a twin that knows which
// pages are out, what every byte must hold and whether a failure is right. A list of steps that fails is
// cut down to the shortest that does, and printed as Swift that can be put into `keptLists`.

import IOPages
import MemoryTestSupport
import Testing
import TwinModels

@Suite(.leavesNoPages) struct PoolTwinModelTests {
  private static let seed = TestSeed.choose(for: "PoolTwinModelTests")

  /// Caches or none, zeroes or not, memory that must be brought in, pages that are committed later, and
  /// several nodes.
  private static let configurations: [TwinConfiguration] =
    Processors.cacheMethods.flatMap { method in
      [
        TwinConfiguration(pages: 256, cacheMethod: method),
        TwinConfiguration(pages: 200, available: 100, cacheMethod: method, isPopulated: true),
        TwinConfiguration(nodes: [300, 128, 64, 200], cacheMethod: method),
        TwinConfiguration(nodes: [2048, 1024], cacheMethod: method),
      ]
    } + [
      TwinConfiguration(pages: 65, cacheMethod: .none, contents: .unknown),
      TwinConfiguration(nodes: [64, 65, 3], cacheMethod: .none),
    ]

  @Test(arguments: configurations)
  func `random steps do to pools what they do to their twin`(
    configuration: TwinConfiguration
  ) throws {
    let own = UInt64(configuration.pages[0] << 8 | configuration.pages.count)
    var generator = StepGenerator(seed: PoolTwinModelTests.seed ^ own)
    let steps = (0..<2500).map { _ in generator.next() }
    guard let difference = PoolTwin.firstDifference(steps, configuration) else { return }
    PoolTwinModelTests.report(difference, steps, configuration)
  }

  /// Lists that told a wrong pool from a right one: where the output of a failure goes. These are of
  /// mistakes that were made on purpose.
  @Test(
    arguments: [
      // A page from a cache that is not cleared.
      (
        TwinConfiguration(
          pages: 100, cacheMethod: .exchange, isPopulated: true, contents: .unknown),
        [PoolStep(.buffer, 0, 1, 58)]
      ),
      // The last byte of a buffer taken to be the one behind it.
      (
        TwinConfiguration(pages: 64), [PoolStep(.buffer, 16, 1, 0), PoolStep(.narrow, 0, 0, 4)]
      ),
      // One block too few counted as merged.
      (
        TwinConfiguration(pages: 64),
        [PoolStep(.block), PoolStep(.block), PoolStep(.drop), PoolStep(.drop)]
      ),
    ] as [(TwinConfiguration, [PoolStep])])
  func keptLists(_ configuration: TwinConfiguration, _ steps: [PoolStep]) {
    #expect(PoolTwin.firstDifference(steps, configuration) == nil)
  }

  @Test(.leavesPages(because: "who finds a mistake stops, and keeps what was released by address"))
  func `a list that finds a mistake shrinks to the few steps that do`() {
    let configuration = TwinConfiguration(pages: 256)
    // Always the same list: how short it gets must not be a matter of luck.
    var generator = StepGenerator(seed: 1)
    func fails(_ steps: [PoolStep]) -> Bool {
      PoolTwin.firstDifference(steps, configuration, fault: .strayWrite) != nil
    }
    var steps: [PoolStep] = []
    repeat { steps += (0..<500).map { _ in generator.next() } } while !fails(steps)
    let shortest = OperationShrinker.shrink(steps, simpler: \.simpler, while: fails)
    // A run of an odd length, a page behind it, and the drop of the run.
    #expect(shortest.count <= 6, "\(OperationShrinker.source(of: shortest))")
    #expect(fails(shortest))
    #expect(PoolTwin.firstDifference(shortest, configuration) == nil, "without the mistake")
  }

  /// Prints the shortest list that fails, as source and as an input of the fuzzer.
  private static func report(
    _ difference: String, _ steps: [PoolStep], _ configuration: TwinConfiguration
  ) {
    let shortest = OperationShrinker.shrink(steps, simpler: \.simpler) {
      PoolTwin.firstDifference($0, configuration) != nil
    }
    Issue.record(
      """
      \(configuration), seed \(seed): \(difference)
      Shortest list: \(PoolTwin.firstDifference(shortest, configuration) ?? "does not fail again")
      let steps: [PoolStep] = \(OperationShrinker.source(of: shortest))
      """)
  }
}
