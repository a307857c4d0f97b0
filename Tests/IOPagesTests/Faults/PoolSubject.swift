// What operations are swept on: pools with pages out, a view, and what the operations take.

import BasicContainers
import IOPages
import MemoryTestSupport
import SystemPackage
import TwinModels

/// Pools over a table of system calls, and what is out of them.
final class PoolSubject {
  let table: SystemCalls
  var regions: [MemoryRegion] = []
  var pools: [PagePool] = []
  var set: PagePoolSet?
  var view: LimitedPool?
  /// Out before the operation begins. Each page holds its number.
  var held = UniqueArray<IOPage>()
  /// What the operation takes.
  var taken = UniqueArray<IOPage>()
  var buffers = UniqueArray<PageBuffer>()
  var shared: [SharedPageBuffer] = []
  /// All control blocks that there are, where an operation needs to find none.
  private var controlBlocks: [UInt] = []

  init(_ table: SystemCalls) { self.table = table }

  deinit {
    for block in controlBlocks {
      // Taken below, and nobody's since.
      if let block = unsafe UnsafeMutableRawPointer(bitPattern: block) {
        unsafe ControlBlocks.recycle(block)
      }
    }
  }

  var region: MemoryRegion { regions[0] }
  var pool: PagePool { pools[0] }

  func open(
    _ options: RegionOptions, inspection: PoolInspection = PoolInspection()
  ) throws(RegionError) {
    let region = try MemoryRegion(options, systemCalls: table)
    let pool = try PagePool(region: region, inspection: inspection)
    regions.append(region)
    pools.append(pool)
  }

  func openSet(pages: [Int], inspection: PoolInspection = PoolInspection()) throws(RegionError) {
    let set = try PagePoolSet(
      slices: zip(MadeUpNodes.numbers, pages).map { node, pages in
        (node, RegionOptions(byteCount: pages * IOPage.pageSize))
      }, topology: MadeUpNodes.topology(processors: [Array(0..<1024)]), inspection: inspection,
      systemCalls: table)
    set.watchPools()
    self.set = set
    pools = set.nodes.compactMap { set.pools[$0] }
    regions = set.nodes.compactMap { set.regions[$0] }
  }

  /// Takes a run that stays out, and marks its pages.
  func hold(pages: Int, of pool: PagePool) throws {
    var page = try pool.allocate(pages: pages, contents: .uninitialized)
    for index in 0..<pages {
      page.storeBytes(of: UInt64(index), toByteOffset: index << 12, as: UInt64.self)
      page.storeBytes(of: UInt64(index), toByteOffset: index << 12 + 4088, as: UInt64.self)
    }
    held.append(page)
  }

  private var holdsItsBytes: Bool {
    for run in held.indices {
      for index in 0..<held[run].pageCount {
        for offset in [index << 12, index << 12 + 4088] {
          guard held[run].load(fromByteOffset: offset, as: UInt64.self) == index
          else { return false }
        }
      }
    }
    return true
  }

  /// Has the next pool find no control block.
  func takeAllControlBlocks() {
    let faults = SystemCallFaults()
    faults.fail(.every, of: [.map], with: .noMemory)
    do throws(RegionError) {
      while true {
        let block = unsafe try ControlBlocks.take(systemCalls: SystemCalls.linux.failing(faults))
        controlBlocks.append(UInt(bitPattern: block))
      }
    } catch {}
  }

  /// Keeps what the operation took.
  func take(_ pages: consuming UniqueArray<IOPage>) {
    while !pages.isEmpty { taken.append(pages.removeLast()) }
  }

  /// Drops what the operation took.
  func dropTaken() {
    taken = UniqueArray()
    buffers = UniqueArray()
    shared = []
    view = nil
  }

  func dropHeld() { held = UniqueArray() }

  func dropPools() {
    pools = []
    set = nil
    regions = []
  }
}

extension PoolSubject {
  /// What must be as before after a failure.
  struct State: Equatable {
    var pools: [PoolState]
    var committed: [Int]
    var pagesOfView: Int?
    var holdsItsBytes: Bool
    var takenPages: Int
    var bufferBytes: Int
  }

  struct PoolState: Equatable {
    var pageCount: Int
    var freePages: Int
    var allocatedPages: Int
    var guardPages: Int
    var freeBlocks: [Int]
    var leakedPages: Int
    var waitingRequests: Int
    /// The first thing that is wrong with the books.
    var violation: String?
  }

  /// Everything cached goes to the buddy for this.
  var state: State {
    var (pages, bytes) = (0, shared.reduce(0) { $0 + $1.count })
    for index in taken.indices { pages += taken[index].pageCount }
    for index in buffers.indices { bytes += buffers[index].count }
    return State(
      pools: pools.map(PoolState.init), committed: regions.map(\.committedByteCount),
      pagesOfView: view?.allocatedPages, holdsItsBytes: holdsItsBytes, takenPages: pages,
      bufferBytes: bytes)
  }

  /// The requests that were met.
  var allocations: Int { pools.reduce(0) { $0 + $1.statistics.allocations } }

  var failures: Int { pools.reduce(0) { $0 + $1.statistics.failures } }

  /// The pages that are out, by the leak reports.
  var leaks: [String] { pools.map(\.leakReport).filter { !$0.isEmpty }.map(\.description) }
}

extension PoolSubject.PoolState {
  init(_ pool: PagePool) {
    do throws(PoolInvariantViolation) {
      try pool.checkInvariants()
    } catch {
      violation = "\(error)"
    }
    let figures = pool.statistics
    pageCount = figures.pageCount
    freePages = figures.freePages
    allocatedPages = figures.allocatedPages
    guardPages = figures.guardPages
    freeBlocks = (0...figures.largestOrder).map { figures.freeBlocks[$0] }
    leakedPages = pool.leakReport.pages
    waitingRequests = pool.waitingRequestCount
  }
}
