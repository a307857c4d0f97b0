// Everything a region asks of the kernel goes through one table, for two reasons. A test can make
// the n-th call of any kind fail, or answer as another machine would, without a special build; and
// the calls' results are checked in one place. Addresses are integers here: the callers arrange
// mappings, they never look into them, so nothing above this table needs an unsafe pointer.

package import SystemPackage

/// The kernel interface of a memory region. Every entry throws the `Errno` that the kernel gave.
package struct SystemCalls: Sendable {
  // Swift 6.3 does not count a closure's thrown type as a use of the import above; this is one.
  package typealias Failure = Errno

  /// mmap(2). Returns the address.
  package var map: @Sendable (_ mapping: Mapping, _ byteCount: Int) throws(Errno) -> Int
  /// mremap(2) of a whole mapping, replacing what is mapped at the target.
  package var move:
    @Sendable (_ address: Int, _ byteCount: Int, _ target: Int) throws(Errno) -> Void
  /// munmap(2).
  package var unmap: @Sendable (_ address: Int, _ byteCount: Int) throws(Errno) -> Void
  /// mprotect(2).
  package var protect:
    @Sendable (_ address: Int, _ byteCount: Int, _ access: Access) throws(Errno) -> Void
  /// madvise(2).
  package var advise:
    @Sendable (_ address: Int, _ byteCount: Int, _ advice: Advice) throws(Errno) -> Void
  /// No call, but a write to each page, which changes nothing: for memory that refuses to be
  /// populated by advice.
  package var touch: @Sendable (_ address: Int, _ byteCount: Int) throws(Errno) -> Void
  /// mlock2(2), counting the whole range at once and faulting nothing in.
  package var lockOnFault: @Sendable (_ address: Int, _ byteCount: Int) throws(Errno) -> Void
  /// memfd_create(2), sealable. `hugePageShift` is 0 for base pages. Returns the descriptor.
  package var createMemoryFile:
    @Sendable (_ name: String, _ hugePageShift: Int) throws(Errno) -> Int32
  /// memfd_secret(2). Returns the descriptor.
  package var createSecretFile: @Sendable () throws(Errno) -> Int32
  /// ftruncate(2).
  package var resize: @Sendable (_ descriptor: Int32, _ byteCount: Int) throws(Errno) -> Void
  /// fcntl(2): no more shrinking, growing or sealing.
  package var sealSize: @Sendable (_ descriptor: Int32) throws(Errno) -> Void
  /// open(2) of what a descriptor refers to, by /proc: a description of its own. Returns its
  /// descriptor.
  package var openAgain: @Sendable (_ descriptor: Int32) throws(Errno) -> Int32
  /// fstat(2) and fcntl(2): the size of a memory file, and whether it is sealed in it.
  package var memoryFileState:
    @Sendable (_ descriptor: Int32) throws(Errno) -> (byteCount: Int, isSealed: Bool)
  /// fcntl(2): makes this process the owner of a memory file, or throws `.resourceTemporarilyUnavailable`
  /// if it has one. Returns the descriptor that stands for it.
  package var ownFile: @Sendable (_ descriptor: Int32) throws(Errno) -> Int32
  /// close(2) of such a descriptor.
  package var disownFile: @Sendable (_ ownership: Int32) -> Void
  /// pthread_atfork(3) and a lock: other threads that fork wait until `releaseForks`, which has to
  /// follow on this thread. Not to be nested, and no file is owned or disowned in between.
  package var holdForks: @Sendable () throws(Errno) -> Void
  /// Ends what `holdForks` began.
  package var releaseForks: @Sendable () -> Void
  /// fallocate(2): the range reads as zero and takes no memory.
  package var punchHole:
    @Sendable (_ descriptor: Int32, _ offset: Int, _ byteCount: Int) throws(Errno) -> Void
  /// close(2).
  package var close: @Sendable (_ descriptor: Int32) throws(Errno) -> Void
  /// mbind(2), without moving what is already there.
  package var bind:
    @Sendable (_ address: Int, _ byteCount: Int, _ policy: MemoryPolicy) throws(Errno) -> Void
  /// mbind(2) with MPOL_MF_STRICT: EIO if a page that is in memory lies on none of the nodes.
  package var bindIfObeyed:
    @Sendable (_ address: Int, _ byteCount: Int, _ policy: MemoryPolicy) throws(Errno) -> Void
  /// set_mempolicy_home_node(2), on mappings that are bound or prefer several nodes.
  package var setHomeNode:
    @Sendable (_ address: Int, _ byteCount: Int, _ node: NUMANode) throws(Errno) -> Void
  /// get_mempolicy(2) of the mapping at an address.
  package var policy: @Sendable (_ address: Int) throws(Errno) -> MemoryPolicy
  /// get_mempolicy(2): the node of the page at an address, which the call brings in if it is
  /// absent.
  package var node: @Sendable (_ address: Int) throws(Errno) -> Int32
  /// move_pages(2) as a question: each page's node, or a negated errno.
  package var nodes: @Sendable (_ pages: [Int]) throws(Errno) -> [Int32]
  /// move_pages(2): moves each page to the node. Each page's node after it, or a negated errno;
  /// EBUSY too where the kernel gave up before it came to the page.
  package var movePages: @Sendable (_ pages: [Int], _ node: Int32) throws(Errno) -> [Int32]
  /// getcpu(2): the node of the processor that this thread runs on.
  package var processorNode: @Sendable () throws(Errno) -> Int32
  /// getrlimit(2): RLIMIT_MEMLOCK in bytes, `Int.max` for none.
  package var lockLimit: @Sendable () throws(Errno) -> Int
  /// sysconf(3): the kernel's page size in bytes.
  package var pageByteCount: @Sendable () -> Int
  /// sysconf(3): the processors that the machine is set up for, those switched off included.
  package var processorCount: @Sendable () -> Int
  /// sysconf: processors that run now; less than 1 if unknown.
  package var onlineProcessorCount: @Sendable () -> Int
  /// The text of a small file of /proc or /sys.
  package var readFile: @Sendable (_ path: String) throws(Errno) -> String
}

extension SystemCalls {
  /// What to map, and where.
  package enum Mapping: Hashable, Sendable {
    /// Address space only: no access, no memory, no reservation of swap.
    case reservation(Position)
    /// Private memory that reads as zero and is backed page by page when touched.
    case memory(Position)
    /// Private huge pages of `1 << shift` bytes, taken from the kernel's pool by this call.
    case hugePages(Position, shift: Int)
    /// A memory file, shared.
    case file(Position, descriptor: Int32, offset: Int)
  }

  /// Where a mapping goes.
  package enum Position: Hashable, Sendable {
    /// Where the kernel likes.
    case anywhere
    /// Here, instead of what is mapped here.
    case replacing(Int)
    /// Here, and only if nothing is mapped here.
    case vacant(Int)
  }

  /// What a mapping lets the process do with its bytes.
  package enum Access: Hashable, Sendable {
    case none, readAndWrite
  }

  /// What madvise(2) is told.
  package enum Advice: Hashable, Sendable, CaseIterable {
    case populateWrite, discard, discardLocked, hugePages, noHugePages
    case notInCoreDumps, notInForks, wipeOnFork
    case installGuards, removeGuards
  }
}

/// A mapping's memory policy: what mbind(2) sets and get_mempolicy(2) answers.
package struct MemoryPolicy: Equatable, Sendable {
  /// The kernel's modes that regions use. The raw values are the kernel's own.
  package enum Mode: Int32, Sendable {
    case `default` = 0
    case preferred = 1
    case bind = 2
    case interleave = 3
    case local = 4
    case preferredMany = 5
    case weightedInterleave = 6
  }

  /// The mode; nil if the kernel named one that this package does not know.
  package var mode: Mode?
  /// The nodes it names.
  package var nodes: NodeMask

  package init(_ mode: Mode?, _ nodes: NodeMask = NodeMask()) {
    self.mode = mode
    self.nodes = nodes
  }
}
