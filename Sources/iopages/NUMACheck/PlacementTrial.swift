// One policy on the machine as it is: a region is opened with it, and the kernel is asked where each
// page is.

package import IOPages

/// A policy to be tried, on which nodes, and what it promises.
package struct PlacementTrial {
  /// The policy's name, the same for every set of nodes.
  package let policy: String
  /// The policy with its nodes.
  package let description: String
  package let placement: Placement
  package let promise: PlacementPromise
  /// The processor to bring the pages in on; nil for any.
  package var processor: Int?
  /// The node to move the pages to before they are looked up; nil if they are to stay.
  package var destination: NUMANode?

  package init(
    _ policy: String, _ placement: Placement, promise: PlacementPromise,
    description: String? = nil, processor: Int? = nil
  ) {
    self.policy = policy
    self.description = description ?? placement.description
    self.placement = placement
    self.promise = promise
    self.processor = processor
  }

  /// What came of a trial.
  package enum Verdict: Equatable {
    /// Every page is where the policy puts it.
    case holds([NUMANode: Int])
    /// The kernel took the policy, and pages are elsewhere; or refused it, though it has it.
    case fails(String)
    /// The kernel, or what contains this process, does not have the policy or does not permit it.
    case unavailable(String)
    /// Nobody says where the pages are, or the machine is too full to tell a failure from a spill.
    case unknown(String)
  }
}

extension PlacementTrial {
  /// Opens a region of that many bytes with the policy, and looks at each page.
  func run(byteCount: Int, _ processors: Processors) -> Verdict {
    if let processor {
      guard let index = processors.numbers.firstIndex(of: Int32(processor)) else {
        return .unknown("this process may not run on CPU \(processor)")
      }
      processors.bindThread(index)
    }
    defer { if processor != nil { processors.unbindThread() } }
    do {
      let region = try MemoryRegion(RegionOptions(byteCount: byteCount, placement: placement))
      if let destination { _ = try region.migrate(to: destination) }
      return try Self.verdict(
        promise, pageNodes: region.nodes(ofPages: 0..<byteCount / IOPage.pageSize))
    } catch let error as RegionError {
      return Self.verdict(error)
    } catch {
      return .unknown("\(error)")
    }
  }

  /// The verdict on pages that are on these nodes.
  package static func verdict(
    _ promise: PlacementPromise, pageNodes: [NUMANode?]
  ) -> Verdict {
    let found = Dictionary(pageNodes.compactMap { $0 }.map { ($0, 1) }, uniquingKeysWith: +)
    if let breach = promise.breach(found, pageCount: pageNodes.count) { return .fails(breach) }
    return .holds(found)
  }

  /// The verdict on a refusal.
  package static func verdict(_ error: RegionError) -> Verdict {
    switch error.kind {
    case .numaUnavailable, .nodeNotAllowed, .placementRefused, .policyUnsupported:
      .unavailable("\(error)")
    case .notEnoughMemory, .notEnoughMemoryOnNodes: .unknown("\(error)")
    default: .fails("\(error)")
    }
  }
}
