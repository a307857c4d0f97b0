import MemoryRegions
import MemoryTestSupport
import SystemPackage
import Testing

@Suite struct SystemCallsLinuxTests {
  private let linux = SystemCalls.linux

  @Test func `memory is mapped, advised, discarded and unmapped`() throws {
    let address = try linux.map(.memory(.anywhere), 8192)
    let word = unsafe word(at: address)
    // Mapped above, until the last line.
    #expect(unsafe word.pointee == 0)
    unsafe word.pointee = 9
    try linux.advise(address, 8192, .populateWrite)
    #expect(unsafe word.pointee == 9)
    try linux.advise(address, 8192, .discard)
    #expect(unsafe word.pointee == 0)
    try linux.unmap(address, 8192)
  }

  @Test func `a vacant place is not taken from another mapping`() throws {
    let address = try linux.map(.reservation(.anywhere), 8192)
    #expect(throws: Errno.fileExists) { try linux.map(.reservation(.vacant(address)), 4096) }
    _ = try linux.map(.reservation(.replacing(address)), 4096)
    try linux.unmap(address, 8192)
  }

  @Test func `a mapping moves with its contents`() throws {
    let target = try linux.map(.reservation(.anywhere), 4096)
    let source = try linux.map(.memory(.anywhere), 4096)
    let old = unsafe word(at: source)
    // Mapped above; from the move on at `target`, until the last line.
    unsafe old.pointee = 3
    try linux.move(source, 4096, target)
    let moved = unsafe word(at: target)
    #expect(unsafe moved.pointee == 3)
    try linux.unmap(target, 4096)
  }

  @Test func `errors are the kernel's`() {
    #expect(throws: Errno.invalidArgument) { try linux.unmap(1, 4096) }
    #expect(throws: Errno.noMemory) { try linux.protect(4096, 4096, .readAndWrite) }
    #expect(throws: Errno.noMemory) { try linux.advise(4096, 4096, .notInForks) }
    #expect(throws: Errno.badFileDescriptor) { try linux.close(-1) }
    #expect(throws: Errno.badFileDescriptor) { try linux.resize(-1, 4096) }
    #expect(throws: Errno.badFileDescriptor) { try linux.sealSize(-1) }
    #expect(throws: Errno.badFileDescriptor) { try linux.punchHole(-1, 0, 4096) }
    #expect(throws: Errno.badFileDescriptor) { _ = try linux.memoryFileState(-1) }
    #expect(throws: Errno.noSuchFileOrDirectory) { try linux.openAgain(-1) }
    #expect(throws: Errno.noSuchFileOrDirectory) { try linux.ownFile(-1) }
    #expect(throws: Errno.noSuchFileOrDirectory) { try linux.readFile("/absent") }
    #expect(throws: Errno.isDirectory) { try linux.readFile("/proc") }
  }

  @Test func `a policy is read back as it was set`() throws {
    guard canPlaceMemory() else { return }
    let node = try #require(NUMATopology.nodesWithMemory(linux).min())
    let address = try linux.map(.memory(.anywhere), 4096)
    #expect(try linux.policy(address).mode == .default)
    for mode in [MemoryPolicy.Mode.bind, .preferred, .preferredMany] {
      let policy = MemoryPolicy(mode, try #require(NodeMask([node])))
      try linux.bind(address, 4096, policy)
      #expect(try linux.policy(address) == policy)
    }
    #expect(throws: Errno.invalidArgument) { try linux.bind(address, 4096, MemoryPolicy(nil)) }
    // Nothing there yet: ENOENT or EFAULT, as the kernel's version has it.
    #expect(try linux.nodes([address]).allSatisfy { $0 < 0 })
    try linux.advise(address, 4096, .populateWrite)
    #expect(try linux.nodes([address]) == [Int32(node.number)])
    #expect(try linux.node(address) == Int32(node.number))
    #expect(try linux.movePages([address], Int32(node.number)) == [Int32(node.number)])
    try linux.unmap(address, 4096)
  }

  @Test func `files longer than the buffer are read whole`() throws {
    let text = try linux.readFile("/proc/self/smaps")
    #expect(text.utf8.count > 16384)
    #expect(text.contains("VmFlags:"))
  }
}
