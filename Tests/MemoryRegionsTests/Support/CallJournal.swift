// A system-call table that counts, can make one call fail, and keeps books on what is mapped and
// open, so that a failed opening can be shown to leave nothing behind whatever other tests of the
// process do meanwhile.

import MemoryRegions
import Synchronization
import SystemPackage

/// Watches the calls of one table.
final class CallJournal: Sendable {
  struct State {
    var names: [String] = []
    /// The index of the call that fails, from 0.
    var failing: Int?
    var errno = Errno.noMemory
    var failed: String?
    /// Bytes mapped, by page.
    var mapped: Set<Int> = []
    var descriptors: Set<Int32> = []
  }

  private let state = Mutex(State())

  /// The calls so far, by name.
  var names: [String] { state.withLock { $0.names } }

  /// The call that was made to fail, if it has come.
  var failed: String? { state.withLock { $0.failed } }

  /// Whether everything mapped was unmapped and everything opened closed.
  var isBalanced: Bool { state.withLock { $0.mapped.isEmpty && $0.descriptors.isEmpty } }

  /// Whether everything opened was closed.
  var hasNoDescriptors: Bool { state.withLock { $0.descriptors.isEmpty } }

  /// Makes call number `index`, counted from now, fail.
  func arm(failing index: Int, errno: Errno = .noMemory) {
    state.withLock {
      $0.names = []
      $0.failed = nil
      $0.failing = index
      $0.errno = errno
    }
  }

  /// Lets every call through again.
  func disarm() { state.withLock { $0.failing = nil } }

  private func enter(_ name: String) throws(Errno) {
    let failure: Errno? = state.withLock {
      $0.names.append(name)
      guard $0.failing == $0.names.count - 1 else { return nil }
      $0.failed = name
      return $0.errno
    }
    if let failure { throw failure }
  }

  private func pages(_ address: Int, _ byteCount: Int) -> [Int] {
    Array(stride(from: address, to: address + byteCount, by: 1 << 12))
  }

  /// `base` with every call watched. Meant for regions of at most some hundred MiB.
  func table(over base: SystemCalls = .linux) -> SystemCalls {
    // The page that tells processes apart is mapped once and for ever: not on this account.
    _ = try? ProcessGeneration.current(.linux)
    var table = base
    table.map = { (mapping, byteCount) throws(Errno) in
      try self.enter("mmap")
      let address = try base.map(mapping, byteCount)
      self.state.withLock { $0.mapped.formUnion(self.pages(address, byteCount)) }
      return address
    }
    table.move = { (address, byteCount, target) throws(Errno) in
      try self.enter("mremap")
      try base.move(address, byteCount, target)
      self.state.withLock { $0.mapped.subtract(self.pages(address, byteCount)) }
    }
    table.unmap = { (address, byteCount) throws(Errno) in
      try self.enter("munmap")
      try base.unmap(address, byteCount)
      self.state.withLock { $0.mapped.subtract(self.pages(address, byteCount)) }
    }
    table.protect = { (address, byteCount, access) throws(Errno) in
      try self.enter("mprotect")
      try base.protect(address, byteCount, access)
    }
    table.advise = { (address, byteCount, advice) throws(Errno) in
      try self.enter("madvise")
      try base.advise(address, byteCount, advice)
    }
    table.lockOnFault = { (address, byteCount) throws(Errno) in
      try self.enter("mlock2")
      try base.lockOnFault(address, byteCount)
    }
    table.createMemoryFile = { (name, shift) throws(Errno) in
      try self.enter("memfd_create")
      let descriptor = try base.createMemoryFile(name, shift)
      _ = self.state.withLock { $0.descriptors.insert(descriptor) }
      return descriptor
    }
    table.createSecretFile = { () throws(Errno) in
      try self.enter("memfd_secret")
      let descriptor = try base.createSecretFile()
      _ = self.state.withLock { $0.descriptors.insert(descriptor) }
      return descriptor
    }
    table.touch = { (address, byteCount) throws(Errno) in
      try self.enter("touch")
      try base.touch(address, byteCount)
    }
    table.resize = { (descriptor, byteCount) throws(Errno) in
      try self.enter("ftruncate")
      try base.resize(descriptor, byteCount)
    }
    table.sealSize = { (descriptor) throws(Errno) in
      try self.enter("fcntl")
      try base.sealSize(descriptor)
    }
    table.punchHole = { (descriptor, offset, byteCount) throws(Errno) in
      try self.enter("fallocate")
      try base.punchHole(descriptor, offset, byteCount)
    }
    table.close = { (descriptor) throws(Errno) in
      try self.enter("close")
      try base.close(descriptor)
      _ = self.state.withLock { $0.descriptors.remove(descriptor) }
    }
    table.bind = { (address, byteCount, policy) throws(Errno) in
      try self.enter("mbind")
      try base.bind(address, byteCount, policy)
    }
    table.bindIfObeyed = { (address, byteCount, policy) throws(Errno) in
      try self.enter("mbind")
      try base.bindIfObeyed(address, byteCount, policy)
    }
    table.setHomeNode = { (address, byteCount, node) throws(Errno) in
      try self.enter("set_mempolicy_home_node")
      try base.setHomeNode(address, byteCount, node)
    }
    table.policy = { (address) throws(Errno) in
      try self.enter("get_mempolicy")
      return try base.policy(address)
    }
    table.node = { (address) throws(Errno) in
      try self.enter("get_mempolicy")
      return try base.node(address)
    }
    table.nodes = { (pages) throws(Errno) in
      try self.enter("move_pages")
      return try base.nodes(pages)
    }
    table.movePages = { (pages, node) throws(Errno) in
      try self.enter("move_pages")
      return try base.movePages(pages, node)
    }
    table.lockLimit = { () throws(Errno) in
      try self.enter("getrlimit")
      return try base.lockLimit()
    }
    table.readFile = { (path) throws(Errno) in
      try self.enter("read")
      return try base.readFile(path)
    }
    return table
  }
}
