// What the fuzzer runs: an input becomes a region or a pool and a list of operations, these are done to
// the real thing and to its twin, and after each of them the two are compared and the invariants walked.

import MemoryTestSupport

/// One kind of inputs.
package enum FuzzTarget: String, CaseIterable, Sendable {
  case buddy, pool, buffers

  /// The longest input: what takes milliseconds still.
  package static let largestByteCount = 4096

  /// The kinds of steps that a pool's inputs and a buffer's consist of.
  private var kinds: [PoolStep.Kind] {
    switch self {
    case .buddy: []
    case .pool: Array(PoolStep.Kind.allCases.prefix { $0 != .takeFirst })
    case .buffers:
      [.block, .run, .drop, .check, .drain] + PoolStep.Kind.allCases.drop { $0 != .buffer }
    }
  }

  /// Does what an input says. Returns what the subject and its twin disagree about, if they do.
  package func firstDifference(_ bytes: [UInt8]) -> String? {
    guard bytes.count >= 2 else { return nil }
    switch self {
    case .buddy:
      let geometry = BuddyOperation.geometry(bytes[0], bytes[1])
      let operations = BuddyOperation.operations(from: bytes.dropFirst(2), in: geometry)
      return BuddyTwin.firstDifference(operations, in: geometry)
    case .pool, .buffers:
      let configuration = TwinConfiguration(bytes[0], bytes[1])
      return PoolTwin.firstDifference(steps(in: bytes), configuration)
    }
  }

  private func steps(in bytes: [UInt8]) -> [PoolStep] {
    PoolStep.steps(from: bytes.dropFirst(TwinConfiguration.byteCount), of: kinds)
  }

  /// An input that does these steps.
  package func bytes(_ configuration: TwinConfiguration, _ steps: [PoolStep]) -> [UInt8] {
    configuration.bytes + PoolStep.bytes(of: steps.filter { kinds.contains($0.kind) }, kinds)
  }

  /// What an input does, as Swift source.
  package func source(of bytes: [UInt8]) -> String {
    guard bytes.count >= 2 else { return "nothing" }
    switch self {
    case .buddy:
      let geometry = BuddyOperation.geometry(bytes[0], bytes[1])
      let operations = BuddyOperation.operations(from: bytes.dropFirst(2), in: geometry)
      return "\(geometry), \(OperationShrinker.source(of: operations))"
    case .pool, .buffers:
      let configuration = TwinConfiguration(bytes[0], bytes[1])
      return "\(configuration), \(OperationShrinker.source(of: steps(in: bytes)))"
    }
  }
}

extension PoolTwin {
  /// What a pool and its twin disagree about when they do these steps and give everything back.
  package static func firstDifference(
    _ steps: [PoolStep], _ configuration: TwinConfiguration, fault: PlantedFault? = nil
  ) -> String? {
    do {
      let twin = try PoolTwin(configuration, fault: fault)
      for step in steps {
        if TestSeed.isTracing { TestSeed.write("  \(step),\n") }
        try twin.perform(step)
      }
      try twin.finish()
      return nil
    } catch {
      return "\(error)"
    }
  }
}
