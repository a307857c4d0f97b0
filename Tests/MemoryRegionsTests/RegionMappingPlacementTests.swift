import MemoryRegions
import MemoryTestSupport
import SystemCallRefusal
import SystemPackage
import Testing

@Suite struct RegionMappingPlacementTests {
  @Test func `local memory is granted and checked by its policy`() throws {
    guard canPlaceMemory() else { return }
    let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20, placement: .local))
    #expect(region.granted.placement == .local)
    #expect(region.granted.placementCheck == .policyOnly)
  }

  @Test func `where nothing is committed, the policy is read back all the same`() throws {
    let options = RegionOptions(byteCount: 1 << 20, initiallyCommitted: 0, placement: .local)
    var table = SystemCalls.linux
    table.bind = { (_, _, _) throws(Errno) in }
    table.policy = { (_) throws(Errno) in MemoryPolicy(.local) }
    #expect(
      try MemoryRegion(options, systemCalls: table).granted.placementCheck == .policyOnly)
    table.policy = { (_) throws(Errno) in MemoryPolicy(.default) }
    #expect(
      try MemoryRegion(options, systemCalls: table).granted.placementCheck == .unverified)
    table.policy = { (_) throws(Errno) in throw .notPermitted }
    #expect(
      try MemoryRegion(options, systemCalls: table).granted.placementCheck == .unverified)
  }

  @Test func `a bind without nodes is refused`() {
    guard NUMATopology.isCompiledIn else { return expectUnavailable() }
    let error = #expect(throws: RegionError.self) {
      try MemoryRegion(RegionOptions(byteCount: 1 << 20, placement: .bind(to: [])))
    }
    #expect(error?.kind == .emptyPlacement)
  }

  /// What a build without the trait NUMA answers to every bind.
  private func expectUnavailable() {
    let options = RegionOptions(byteCount: 1 << 20, placement: .bind(to: 0))
    let error = #expect(throws: RegionError.self) { try MemoryRegion(options) }
    #expect(error?.kind == .numaUnavailable)
    var allowing = options
    allowing.allowing = .placement
    #expect(throws: Never.self) {
      let region = try MemoryRegion(allowing)
      #expect(region.granted.placement == .none)
      #expect(region.granted.placementCheck == .notNeeded)
    }
  }

  @Test(arguments: [Storage.anonymous, .memfd(name: "bound")])
  func `a real bind to a real node is met, page by page`(storage: Storage) throws {
    guard NUMATopology.isCompiledIn else { return expectUnavailable() }
    guard canPlaceMemory() else { return }
    let node = try #require(NUMATopology.nodesWithMemory(.linux).min())
    let region = try MemoryRegion(
      RegionOptions(
        byteCount: 8 << 20, initiallyCommitted: 4 << 20, placement: .bind(to: node),
        storage: storage))
    #expect(region.granted.placement == .bind(to: node))
    #expect(region.granted.placementCheck == .everyPage)
    try region.commit(pages: 1024)
    let start = Int(bitPattern: unsafe region.baseAddress)
    for offset in [0, 4 << 20, 8 << 20 - 4096] {
      #expect(try SystemCalls.linux.policy(start + offset).mode == .bind)
      #expect(try SystemCalls.linux.nodes([start + offset]) == [Int32(node.number)])
    }
  }

  /// Of the numbers that a kernel may have nodes with: the first, one of the middle, and the last that
  /// this machine has no memory on; and some that none has.
  private static let absentNumbers: [Int] = {
    let present = NUMATopology.nodesWithMemory(.linux)
    let absent = (1...1023).filter { !present.contains(NUMANode($0)) }
    return [absent[0], absent[absent.count / 2], absent[absent.count - 1], 1024, -1, .max]
  }()

  @Test(arguments: absentNumbers)
  func `a node that does not exist is refused by name`(number: Int) throws {
    guard NUMATopology.isCompiledIn else { return expectUnavailable() }
    let node = NUMANode(number)
    // Beside a node that exists, too: the kernel alone would quietly drop it.
    for placement in [Placement.bind(to: node), .bind(to: 0, node)] {
      let options = RegionOptions(byteCount: 1 << 20, placement: placement)
      let error = #expect(throws: RegionError.self) { try MemoryRegion(options) }
      #expect(error?.kind == .noSuchNode)
      #expect(error?.detail.contains("node \(number)") == true)
      // It is found at open even where nothing is committed.
      var later = options
      later.initiallyCommitted = 0
      #expect(throws: RegionError.self) { try MemoryRegion(later) }
      later.allowing = .placement
      let region = try MemoryRegion(later)
      #expect(region.granted.placement == .none)
      #expect(region.granted.unmet.map(\.reason.kind) == [.noSuchNode])
    }
  }

  @Test func `strays are moved before the bind becomes strict`() throws {
    guard NUMATopology.isCompiledIn else { return expectUnavailable() }
    let machine = TwoNodes(strayCount: 100)
    let region = try MemoryRegion(
      RegionOptions(byteCount: 4 << 20, placement: .bind(to: 1)), systemCalls: machine.table)
    #expect(region.granted.placementCheck == .everyPage)
    #expect(machine.moved == 100)
    // The reservation's policy, then a preference to populate under, then the strict bind.
    #expect(machine.policies.map(\.mode) == [.bind, .preferred, .bind])
  }

  @Test func `strays that cannot be moved undo the commit`() throws {
    guard NUMATopology.isCompiledIn else { return expectUnavailable() }
    let machine = TwoNodes(strayCount: 3, moveFailure: .noMemory)
    let journal = CallJournal()
    let options = RegionOptions(byteCount: 4 << 20, placement: .bind(to: 1))
    let error = #expect(throws: RegionError.self) {
      try MemoryRegion(options, systemCalls: journal.table(over: machine.table))
    }
    #expect(error?.kind == .placementNotMet)
    #expect(error?.call == "move_pages")
    #expect(error?.errno == .noMemory)
    #expect(error?.detail == "3 of 1024 pages are not on node 1")
    #expect(journal.isBalanced)

    var allowing = options
    allowing.allowing = .placement
    let region = try MemoryRegion(allowing, systemCalls: machine.table)
    #expect(region.granted.placement == .none)
    // The rest of the reservation must not stay bound.
    #expect(machine.policies.last?.mode == .default)
  }

  @Test(arguments: [0, 100])
  func `what the kernel's walk sees and move_pages does not is no bind`(strayCount: Int) throws {
    guard NUMATopology.isCompiledIn else { return expectUnavailable() }
    let machine = TwoNodes(strayCount: strayCount)
    var table = machine.table
    table.bindIfObeyed = { (_, _, _) throws(Errno) in throw .ioError }
    let options = RegionOptions(byteCount: 4 << 20, placement: .bind(to: 1))
    let system = table
    let error = #expect(throws: RegionError.self) { try MemoryRegion(options, systemCalls: system) }
    #expect(error?.kind == .placementNotMet)
    #expect(error?.call == "mbind" && error?.errno == .ioError)
    #expect(machine.moved == strayCount)
  }

  @Test func `several nodes are preferred together`() throws {
    guard NUMATopology.isCompiledIn else { return expectUnavailable() }
    let machine = TwoNodes()
    _ = try MemoryRegion(
      RegionOptions(byteCount: 1 << 20, placement: .bind(to: 0, 1)), systemCalls: machine.table)
    #expect(machine.policies.map(\.mode) == [.bind, .preferredMany, .bind])
    #expect(machine.policies.allSatisfy { $0.nodes.nodes == [0, 1] })
  }

  @Test func `a full node is noticed before pages spill`() throws {
    guard NUMATopology.isCompiledIn else { return expectUnavailable() }
    let machine = TwoNodes()
    let table = machine.table.seeing([
      "/sys/devices/system/node/node1/meminfo":
        "Node 1 MemTotal: 1048576 kB\nNode 1 MemFree: 1024 kB\nNode 1 Inactive(file): 512 kB\n"
    ])
    let error = #expect(throws: RegionError.self) {
      try MemoryRegion(
        RegionOptions(byteCount: 2 << 20, placement: .bind(to: 1)), systemCalls: table)
    }
    #expect(error?.kind == .notEnoughMemoryOnNodes)
    #expect(error?.detail == "2097152 bytes needed, 1572864 within node 1")
    // What is given up is the node, and not the population: pages that are bound to a full node and
    // come when touched would end the process.
    let region = try MemoryRegion(
      RegionOptions(byteCount: 2 << 20, placement: .bind(to: 1), allowing: .all),
      systemCalls: table)
    #expect(region.granted.placement == .none)
    #expect(region.granted.isPopulated)
    #expect(region.granted.unmet.map(\.reason.kind) == [.notEnoughMemoryOnNodes])
  }

  @Test func `what a cpuset drops is not granted`() throws {
    guard NUMATopology.isCompiledIn else { return expectUnavailable() }
    var table = TwoNodes().table
    table.policy = { (_) throws(Errno) in MemoryPolicy(.bind, NodeMask([NUMANode(0)])!) }
    let system = table
    let error = #expect(throws: RegionError.self) {
      try MemoryRegion(
        RegionOptions(byteCount: 1 << 20, placement: .bind(to: 0, 1)), systemCalls: system)
    }
    #expect(error?.kind == .nodeNotAllowed)
  }

  @Test func `mbind refused by seccomp is told, or recorded where allowed`() async {
    await #expect(processExitsWith: .success) {
      guard refuse(SystemCallNumber.mbind) else {
        return cannotTest("seccomp", because: "no filter can be installed")
      }
      var wishes = [Placement.local]
      if NUMATopology.isCompiledIn { wishes.append(.bind(to: 0)) }
      for placement in wishes {
        let options = RegionOptions(byteCount: 1 << 20, placement: placement)
        let error = #expect(throws: RegionError.self) { try MemoryRegion(options) }
        #expect(error?.kind == .placementRefused)
        #expect(error?.errno == .notPermitted)
        #expect(error?.description.contains("seccomp") == true)
        var allowing = options
        allowing.allowing = .placement
        let region = try MemoryRegion(allowing)
        #expect(region.granted.placement == .none)
        #expect(region.granted.unmet.first?.reason.errno == .notPermitted)
      }
      #expect(SystemLimits.current.placement == .refused(.notPermitted))
    }
  }

  @Test func `where pages cannot be asked about, numa_maps is read`() async {
    await #expect(processExitsWith: .success) {
      guard NUMATopology.isCompiledIn else { return }
      guard refuse(SystemCallNumber.movePages, SystemCallNumber.getMempolicy) else {
        return cannotTest("seccomp", because: "no filter can be installed")
      }
      guard canPlaceMemory() else { return }
      let region = try MemoryRegion(RegionOptions(byteCount: 1 << 20, placement: .bind(to: 0)))
      #expect(region.granted.placementCheck == .everyPage)
      let local = try MemoryRegion(RegionOptions(byteCount: 1 << 20, placement: .local))
      #expect(local.granted.placementCheck == .unverified)
    }
  }

  @Test func `where nobody answers, the placement is unverified`() throws {
    guard NUMATopology.isCompiledIn else { return expectUnavailable() }
    var table = TwoNodes().table
    table.policy = { (_) throws(Errno) in throw .notPermitted }
    table.node = { (_) throws(Errno) in throw .notPermitted }
    table.nodes = { (_) throws(Errno) in throw .notPermitted }
    let inner = table
    table.readFile = { (path) throws(Errno) in
      if path == "/proc/self/numa_maps" { throw .noSuchFileOrDirectory }
      return try inner.readFile(path)
    }
    table.bindIfObeyed = { (_, _, _) throws(Errno) in throw .invalidArgument }
    let options = RegionOptions(byteCount: 1 << 20, placement: .bind(to: 1))
    let region = try MemoryRegion(options, systemCalls: table)
    #expect(region.granted.placement == .bind(to: 1))
    #expect(region.granted.placementCheck == .unverified)
    #expect(region.granted.pagesElsewhere == nil)
    // Where the kernel says that there are strays, and nobody which, they cannot be moved.
    table.bindIfObeyed = { (_, _, _) throws(Errno) in throw .ioError }
    let system = table
    let error = #expect(throws: RegionError.self) {
      try MemoryRegion(options, systemCalls: system)
    }
    #expect(error?.kind == .placementNotMet)
    #expect(error?.call == "mbind" && error?.errno == .ioError)
  }
}
