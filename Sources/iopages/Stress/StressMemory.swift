// The memory of a stress run, as the command line names it.

import ArgumentParser
import IOPages
import MemoryRegions
import PagePools

/// What the pool under stress is made of.
struct StressMemory {
  var byteCount = 64 << 20
  /// A pool for each node of the machine, with that much memory each.
  var isSet = false
  var cacheMethod: StressCacheMethod?
  var backing = StressBacking.base
  var population = StressPopulation.none
  var inspection = PoolInspection()

  private var regionOptions: RegionOptions {
    // Huge pages may be missing: the run is about pages that the pool hands out.
    RegionOptions(
      byteCount: byteCount, backing: backing.backing, population: population.population,
      storage: backing.storage, guardPages: inspection.guardsRuns,
      allowing: [.hugePages, .placement])
  }

  private var method: ProcessorCacheMethod {
    cacheMethod?.method ?? PagePool.availableCacheMethod
  }

  /// Opens the pool.
  func pool() throws(RegionError) -> PoolSubject {
    try PoolSubject(MemoryRegion(regionOptions), cacheMethod: method, inspection: inspection)
  }

  /// Opens a pool for each node.
  func poolSet() throws(RegionError) -> PoolSetSubject {
    var options = PagePoolSetOptions(byteCount: .eachNode(byteCount))
    options.region = regionOptions
    let topology = NUMATopology.current
    return PoolSetSubject(
      poolSet: try PagePoolSet(
        slices: options.slices(on: topology), topology: topology, cacheMethod: method,
        inspection: inspection),
      inspection: inspection)
  }
}

/// The ways to use caches.
enum StressCacheMethod: String, ExpressibleByArgument, CaseIterable {
  case sequences, exchange, none

  var method: ProcessorCacheMethod {
    switch self {
    case .sequences: .restartableSequences
    case .exchange: .exchange
    case .none: .none
    }
  }
}

/// What the region is made of.
enum StressBacking: String, ExpressibleByArgument, CaseIterable {
  case base, transparent
  case of2MiB = "2M"
  case of1GiB = "1G"
  case file

  var backing: Backing {
    switch self {
    case .base, .file: .basePages
    case .transparent: .transparentHugePages
    case .of2MiB: .hugePages2MiB
    case .of1GiB: .hugePages1GiB
    }
  }

  var storage: Storage { self == .file ? .memfd(name: "iopages-stress") : .anonymous }
}

/// When the region's pages come into memory.
enum StressPopulation: String, ExpressibleByArgument, CaseIterable {
  case none
  case atCommit = "at-commit"

  var population: Population {
    switch self {
    case .none: .none
    case .atCommit: .atCommit
    }
  }
}
