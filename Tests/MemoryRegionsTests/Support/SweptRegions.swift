// The kinds of region that are swept by faults, and what each of them may do without being refused.

import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

extension SweptOperation {
  static let byteCount = 1 << 18

  /// Regions to open and to grow, by what is special about them.
  static var wishes: [(name: String, options: RegionOptions)] {
    let base = RegionOptions(byteCount: byteCount)
    func with(_ change: (inout RegionOptions) -> Void) -> RegionOptions {
      var options = base
      change(&options)
      return options
    }
    var wishes: [(String, RegionOptions)] = [
      ("base pages", base),
      (
        "transparent huge pages",
        with {
          $0.byteCount = 4 << 20
          $0.backing = .transparentHugePages
          $0.excludedFromForks = true
        }
      ),
      (
        "huge pages",
        with {
          $0.byteCount = 4 << 20
          $0.backing = .hugePages2MiB
          $0.excludedFromCoreDumps = true
        }
      ),
      (
        "huge pages in a memory file",
        with {
          $0.byteCount = 4 << 20
          $0.backing = .hugePages2MiB
          $0.storage = .memfd(name: "swept")
        }
      ),
      ("a memory file", with { $0.storage = .memfd(name: "swept") }),
      ("pages at the first touch", with { $0.population = .none }),
      (
        "locked pages",
        with {
          $0.lockedInMemory = true
          $0.excludedFromCoreDumps = true
          $0.excludedFromForks = true
        }
      ),
      ("guard pages", with { $0.guardPages = true }),
    ]
    wishes += placements.map { (name, placement) in
      // The made-up machine keeps books of each page.
      (name, RegionOptions(byteCount: byteCount / 4, placement: placement))
    }
    if canHaveSecretMemory() {
      wishes.append(("secret memory", RegionOptions(byteCount: byteCount / 4, storage: .secret)))
    }
    return wishes
  }

  private static var placements: [(name: String, placement: Placement)] {
    var placements: [(String, Placement)] = [("local pages", .local)]
    #if NUMA
      placements += [
        ("pages bound to a node", .bind(to: 1)),
        ("pages with a home node", .bind(to: 0, 1).homeNode(1)),
        ("pages on several nodes in turn", .interleave(over: 0, 1)),
        ("pages preferred on a node", .preferred(1)),
      ]
    #endif
    return placements
  }

  /// Each placement is on a machine of two nodes.
  static func settle(_ operation: inout SweptOperation, _ options: RegionOptions) {
    if options.placement != .none {
      operation.base = { FakeMachine.two().shortTable }
      // Without a look at each page, its place is asked for, or is not known.
      operation.harmless.formUnion([.bindIfObeyed, .nodes, .node])
    }
    if options.placement == .local {
      // Where the kernel knows no nodes, each page is local.
      operation.harmless.insert(.bind)
    }
    if options.backing == .transparentHugePages {
      operation.unexplained.insert(.transparentHugePagesUnavailable)
    }
    // Without a page to try markers on, or markers, mappings guard.
    if options.guardPages { operation.harmless.formUnion([.map, .advise(.installGuards), .unmap]) }
  }
}

extension FakeMachine {
  /// Its table, with few files beside its own, and base pages for huge ones.
  var shortTable: SystemCalls {
    let machine = table.imitatingHugePages
    var short = machine
    short.readFile = { (path) throws(Errno) in
      if let text = SweptOperation.shortFiles[path] { return text }
      let isItsOwn = path.hasPrefix("/sys/devices/system/node") || path.hasSuffix("/status")
      if !isItsOwn { throw .noSuchFileOrDirectory }
      return try machine.readFile(path)
    }
    return short
  }
}
