import Glibc
import MemoryTestSupport
import SystemPackage
import Testing

@testable import MemoryRegions

@Suite struct RegionMappingSecretMemoryTests {
  private func base(_ region: MemoryRegion) -> Int { Int(bitPattern: unsafe region.address) }

  @Test func `secret memory is opened, locked, in memory and without a descriptor`() throws {
    guard canHaveSecretMemory() else { return }
    let journal = CallJournal()
    do {
      let region = try MemoryRegion(
        RegionOptions(byteCount: 1 << 20, population: .none, storage: .secret),
        systemCalls: journal.table())
      let granted = region.granted
      #expect(region.isSecret && granted.storage == .secret && granted.wipesOnFree)
      #expect(granted.isPopulated && granted.isLocked && granted.unmet.isEmpty)
      #expect(granted.isExcludedFromForks && granted.isExcludedFromCoreDumps)
      #expect(region.fileDescriptor == nil && journal.hasNoDescriptors)
      #expect(journal.names.contains("touch") && !journal.names.contains("mlock2"))
      let flags = try #require(try flagsOfMapping(at: base(region)))
      #expect(flags.isSuperset(of: ["lo", "dc", "dd"]), "\(flags)")
      for offset in [0, 1 << 20 - 8] {
        let word = unsafe word(at: base(region) + offset)
        // Committed, while the region lives.
        #expect(unsafe word.pointee == 0)
        unsafe word.pointee = 7
        #expect(unsafe word.pointee == 7)
      }
    }
    #expect(journal.isBalanced)
  }

  @Test func `it grows, and keeps what it has`() throws {
    guard canHaveSecretMemory() else { return }
    let region = try MemoryRegion(
      RegionOptions(byteCount: 1 << 19, initiallyCommitted: 4096, storage: .secret))
    let first = unsafe word(at: base(region))
    // Committed, while the region lives.
    unsafe first.pointee = 41
    try region.commit(pages: 63)
    try region.commit(pages: 64)
    let last = unsafe word(at: base(region) + 1 << 19 - 8)
    #expect(unsafe first.pointee == 41 && last.pointee == 0)
    unsafe last.pointee = 42
    #expect(unsafe last.pointee == 42)
  }

  @Test func `slices of secret memory go with themselves`() throws {
    guard canHaveSecretMemory() else { return }
    let journal = CallJournal()
    let options = RegionOptions(byteCount: 1 << 16, storage: .secret)
    var slices = try MemoryRegion.openSlices(
      [options, options], stride: 1 << 16, systemCalls: journal.table())
    #expect(slices.map(\.isSecret) == [true, true])
    slices.removeAll()
    #expect(journal.isBalanced)
  }

  @Test func `another process cannot read it, and a forked child does not have it`() async {
    guard canHaveSecretMemory() else { return }
    await #expect(processExitsWith: .success) {
      let secret = try MemoryRegion(RegionOptions(byteCount: 1 << 16, storage: .secret))
      let open = try MemoryRegion(RegionOptions(byteCount: 1 << 16))
      let secretAddress = Int(bitPattern: unsafe secret.address)
      let openAddress = Int(bitPattern: unsafe open.address)
      for address in [secretAddress, openAddress] {
        // Committed, while the regions live.
        unsafe word(at: address).pointee = 0x55
      }
      let parent = getpid()
      for way in Peeking.allCases {
        let status = statusOfForkedChild {
          guard way.byte(at: openAddress, of: parent) == 0x55 else { return 1 }
          return way.byte(at: secretAddress, of: parent) == nil ? 0 : 2
        }
        // 1: not even ordinary memory of another process may be read here.
        #expect(status == 0 || (status == 1 && getuid() != 0))
      }
      // Neither can the process itself in this way.
      #expect(Peeking.file.byte(at: openAddress, of: parent) == 0x55)
      #expect(Peeking.file.byte(at: secretAddress, of: parent) == nil)
      let signal = signalEndingForkedChild { unsafe word(at: secretAddress).pointee = 1 }
      #expect(signal == SIGSEGV)
      #expect(signalEndingForkedChild { unsafe word(at: openAddress).pointee = 1 } == nil)
      #expect(unsafe word(at: secretAddress).pointee == 0x55)
    }
  }

  /// The mapping is a shared one: a child that got it, or the file, would have the secrets for good.
  @Test func `no thread forks between the file and the mapping kept out of children`() async {
    guard canHaveSecretMemory() else { return }
    await #expect(processExitsWith: .success) {
      let attempts = ForkAttempts { filesHeld(named: "/secretmem") == 0 ? 0 : 1 }
      var table = SystemCalls.linux
      table.createSecretFile = { () throws(Errno) in
        defer { attempts.attempt() }
        return try SystemCalls.linux.createSecretFile()
      }
      table.map = { (mapping, byteCount) throws(Errno) in
        defer { if case .file = mapping { attempts.attempt() } }
        return try SystemCalls.linux.map(mapping, byteCount)
      }
      table.close = { (descriptor) throws(Errno) in
        attempts.attempt()
        try SystemCalls.linux.close(descriptor)
      }
      let region = try MemoryRegion(
        RegionOptions(byteCount: 1 << 16, storage: .secret), systemCalls: table)
      #expect(filesHeld(named: "/secretmem") == 1)
      #expect(attempts.earlyCount == 0)
      #expect(attempts.ends() == [.status(0), .status(0), .status(0)])
      // Nobody holds forks off any more.
      attempts.attempt()
      #expect(attempts.earlyCount == 1 && region.isSecret)
      #expect(attempts.ends().count == 4)
    }
  }

  @Test func `a refused exclusion leaves nothing mapped, and forks go on`() async {
    guard canHaveSecretMemory() else { return }
    await #expect(processExitsWith: .success) {
      for call in [SystemCallFaults.Call.holdForks, .advise(.notInForks)] {
        let faults = SystemCallFaults()
        faults.fail(.every, of: [call], with: .noMemory)
        let journal = CallJournal()
        let table = journal.table().failing(faults)
        let error = #expect(throws: RegionError.self) {
          try MemoryRegion(RegionOptions(byteCount: 1 << 16, storage: .secret), systemCalls: table)
        }
        #expect(error?.kind == .exclusionRefused && error?.call == call.systemCall)
        #expect(journal.isBalanced)
        #expect(statusOfForkedChild { 0 } == 0)
      }
    }
  }

  @Test func `a limit that is too low is told before a page is touched`() async {
    guard canHaveSecretMemory() else { return }
    await #expect(processExitsWith: .success) {
      #expect(becomeUnprivileged(lockLimit: 1 << 20))
      for allowing in [[], Degradations.all] {
        let journal = CallJournal()
        let error = #expect(throws: RegionError.self) {
          try MemoryRegion(
            RegionOptions(byteCount: 4 << 20, storage: .secret, allowing: allowing),
            systemCalls: journal.table())
        }
        #expect(error?.kind == .lockLimit)
        #expect(error?.call == "mmap" && error?.errno == .resourceTemporarilyUnavailable)
        let text = error?.description ?? ""
        for part in ["4194304 bytes more", "RLIMIT_MEMLOCK is 1048576 bytes", "ulimit -l"] {
          #expect(text.contains(part), "\(text)")
        }
        #expect(!text.contains("unlocked"))
        #expect(journal.isBalanced && !journal.names.contains("touch"))
      }
      let small = try MemoryRegion(
        RegionOptions(byteCount: 4 << 20, initiallyCommitted: 1 << 19, storage: .secret))
      let error = #expect(throws: RegionError.self) { try small.commit(pages: 256) }
      #expect(error?.kind == .lockLimit)
      #expect(small.committedByteCount == 1 << 19)
      try small.commit(pages: 32)
    }
  }

  /// The errnos of a kernel without secret memory, and of containers.
  @Test(arguments: [Errno.noFunction, .notPermitted, .permissionDenied], [0, 1 << 20])
  func `without secret memory the wish is refused, or given up where that is allowed`(
    errno: Errno, committed: Int
  ) throws {
    var table = SystemCalls.linux
    table.createSecretFile = { () throws(Errno) in throw errno }
    var options = RegionOptions(
      byteCount: 1 << 20, initiallyCommitted: committed, population: .none, storage: .secret,
      allowing: [.locking, .population])
    let error = #expect(throws: RegionError.self) {
      try MemoryRegion(options, systemCalls: table)
    }
    #expect(error?.kind == .secretMemoryUnavailable)
    #expect(error?.call == "memfd_secret" && error?.errno == errno)
    #expect(error?.description.contains("secretmem.enable") == true)
    options.allowing = .secrecy
    let region = try MemoryRegion(options, systemCalls: table)
    let granted = region.granted
    #expect(!region.isSecret && granted.storage == .anonymous && granted.wipesOnFree)
    #expect(granted.isLocked && granted.isPopulated)
    #expect(granted.isExcludedFromForks && granted.isExcludedFromCoreDumps)
    #expect(granted.unmet == [UnmetWish(wish: .secrecy, reason: try #require(error))])
    guard committed > 0 else { return }
    let flags = try #require(try flagsOfMapping(at: base(region)))
    #expect(flags.isSuperset(of: ["lo", "dc", "dd"]), "\(flags)")
    // It does what private memory does.
    try region.discardContents(pages: 0..<1)
  }

  @Test func `too many descriptors is no lack of secret memory`() {
    var table = SystemCalls.linux
    table.createSecretFile = { () throws(Errno) in throw .tooManyOpenFiles }
    let system = table
    let error = #expect(throws: RegionError.self) {
      try MemoryRegion(
        RegionOptions(byteCount: 1 << 20, storage: .secret, allowing: .all), systemCalls: system)
    }
    #expect(error?.kind == .memoryFileRefused)
    #expect(error?.errno == .tooManyOpenFiles)
  }
}
