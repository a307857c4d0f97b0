// One policy on the machine as it is: a region is opened with it, and the kernel is asked where each
// page is. A page elsewhere is a failure only where the policy had a choice: one that may go on to
// other nodes does so when its own are full, and other processes may fill them at any time.

package import IOPages
import MemoryRegions
package import SystemPackage

/// A policy to be tried, on which nodes, and what it promises.
package struct PlacementTrial {
  /// The policy's name, the same for every set of nodes.
  package let policy: String
  /// The policy with its nodes.
  package let description: String
  package let placement: Placement
  package let promise: PlacementPromise
  /// The processor to bring the pages in on; nil for any.
  package var processor: TrialProcessor?
  /// The node to move the pages to before they are looked up; nil if they are to stay.
  package var destination: NUMANode?

  package init(
    _ policy: String, _ placement: Placement, promise: PlacementPromise,
    description: String? = nil, processor: TrialProcessor? = nil
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
    /// The kernel took the policy, and pages are elsewhere though their nodes have room; or it does
    /// not know a node that it lists.
    case fails(String)
    /// The kernel, or what contains this process, does not have the policy or does not permit it.
    case unavailable(String)
    /// Nobody says where the pages are, the machine is too full to tell a failure from a spill, or
    /// there is no such region here at all.
    case unknown(String)
  }
}

extension PlacementTrial {
  /// Opens a region of that many bytes with the policy, and looks at each page.
  func run(byteCount: Int, _ processors: Processors) -> Verdict {
    let room = TrialRoom(byteCount: byteCount)
    // On any processor: where these pages come from is not what is looked at.
    if maySpill { room.make(on: promise.nodes) }
    if let index = processor.flatMap({ processors.numbers.firstIndex(of: Int32($0.number)) }) {
      processors.bindThread(index)
    }
    defer { if processor != nil { processors.unbindThread() } }
    guard isOnProcessorsNode else { return elsewhere }
    let before = room.shortage(on: promise.nodes)
    let verdict = attempt(byteCount: byteCount)
    guard isOnProcessorsNode else { return elsewhere }
    return judged(verdict, shortage: before.union(room.shortage(on: promise.nodes)))
  }

  /// Whether this thread is near to the node that the promise is for. It need not be: binding it to
  /// the processor may be refused, or undone by somebody else.
  private var isOnProcessorsNode: Bool { processor.map { $0.node == .current } ?? true }

  private var elsewhere: Verdict {
    .unknown("this thread may not stay on CPU \(processor.map { "\($0.number)" } ?? "")")
  }

  private func attempt(byteCount: Int) -> Verdict {
    do {
      let region = try MemoryRegion(RegionOptions(byteCount: byteCount, placement: placement))
      let migration = try destination.map { try region.migrate(to: $0) }
      return try Self.verdict(
        promise, pageNodes: region.nodes(ofPages: 0..<byteCount / IOPage.pageSize),
        unmoved: migration?.errno)
    } catch let error as RegionError {
      return Self.verdict(error)
    } catch {
      return .unknown("\(error)")
    }
  }

  /// The verdict on pages that are on these nodes.
  ///
  /// - Parameter unmoved: Why some of them could not be moved to where they should be.
  package static func verdict(
    _ promise: PlacementPromise, pageNodes: [NUMANode?], unmoved: Errno? = nil
  ) -> Verdict {
    let found = Dictionary(pageNodes.compactMap { $0 }.map { ($0, 1) }, uniquingKeysWith: +)
    guard let breach = promise.breach(found, pageCount: pageNodes.count) else {
      return .holds(found)
    }
    if unmoved == .noMemory { return .unknown("\(breach); no room to move them to") }
    // They have been in memory: the system has swapped them out since.
    return pageNodes.contains(nil) ? .unknown(breach) : .fails(breach)
  }

  /// The verdict on a refusal.
  package static func verdict(_ error: RegionError) -> Verdict {
    switch error.kind {
    case .numaUnavailable, .nodeNotAllowed, .placementRefused, .policyUnsupported:
      .unavailable("\(error)")
    case .noSuchNode: .fails("\(error)")
    // A container may permit binding and not moving: strays cannot be brought back then.
    case .placementNotMet where error.isMovingRefused: .unavailable("\(error)")
    // Full nodes refuse pages that should move there.
    case .placementNotMet: error.errno == .noMemory ? .unknown("\(error)") : .fails("\(error)")
    // There is no such region here, with any placement.
    default: .unknown("\(error)")
    }
  }

  /// What a verdict comes to if these of the nodes had too little room.
  package func judged(_ verdict: Verdict, shortage: Set<NUMANode>) -> Verdict {
    guard case .fails(let text) = verdict, maySpill, !shortage.isEmpty else { return verdict }
    return .unknown("\(text); \(shortage.names) may have been full")
  }

  /// Whether the kernel may take pages of other nodes where the policy's own are full. It does so for
  /// interleaved ones, too, and the shares are uneven then.
  private var maySpill: Bool {
    if case .bind = placement.rule { false } else { true }
  }
}
