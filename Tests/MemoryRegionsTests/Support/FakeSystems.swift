// Machines that this one is not: other files in /proc and /sys, huge pages without a pool, two
// nodes.

import MemoryRegions
import Synchronization
import SystemPackage

extension SystemCalls {
  /// This table, with `files` in place of the real ones; every other file is absent.
  func seeing(only files: [String: String]) -> SystemCalls {
    var table = self
    table.readFile = { (path) throws(Errno) in
      guard let text = files[path] else { throw .noSuchFileOrDirectory }
      return text
    }
    return table
  }

  /// This table, with `files` in place of the real ones of the same path.
  func seeing(_ files: [String: String]) -> SystemCalls {
    var table = self
    table.readFile = { (path) throws(Errno) in
      if let text = files[path] { return text }
      return try self.readFile(path)
    }
    return table
  }

  /// This table, without the files in a directory.
  func hiding(_ directory: String) -> SystemCalls {
    var table = self
    table.readFile = { (path) throws(Errno) in
      if path.hasPrefix(directory) { throw .noSuchFileOrDirectory }
      return try self.readFile(path)
    }
    return table
  }

  /// This table, with base pages where huge pages of the pool were asked for: the way through a
  /// commit is the same, and needs no huge pages.
  var imitatingHugePages: SystemCalls {
    var table = self
    table.map = { (mapping, byteCount) throws(Errno) in
      if case .hugePages(let position, shift: _) = mapping {
        return try self.map(.memory(position), byteCount)
      }
      return try self.map(mapping, byteCount)
    }
    table.createMemoryFile = { (name, _) throws(Errno) in try self.createMemoryFile(name, 0) }
    return table
  }
}

/// A machine with nodes 0 and 1 over the real memory of node 0: policies are recorded, and pages
/// are where the test says.
final class TwoNodes: Sendable {
  struct State {
    var policies: [MemoryPolicy] = []
    var strays: Set<Int> = []
    var moved = 0
  }

  private let state = Mutex(State())
  private let moveFailure: Errno?
  private let strayCount: Int

  /// The first `strayCount` pages that are asked about lie on node 0, the rest on node 1.
  init(strayCount: Int = 0, moveFailure: Errno? = nil) {
    self.strayCount = strayCount
    self.moveFailure = moveFailure
  }

  var policies: [MemoryPolicy] { state.withLock { $0.policies } }
  var moved: Int { state.withLock { $0.moved } }

  var table: SystemCalls {
    var table = SystemCalls.linux.seeing([
      "/sys/devices/system/node/has_memory": "0-1\n",
      "/sys/devices/system/node/node1/meminfo":
        "Node 1 MemTotal: 1048576 kB\nNode 1 MemFree: 1048576 kB\n",
    ])
    table.bind = { (_, _, policy) throws(Errno) in
      self.state.withLock { $0.policies.append(policy) }
    }
    // As a kernel that finds strays until they are moved; what they are is asked for afterwards.
    table.bindIfObeyed = { (_, _, policy) throws(Errno) in
      try self.state.withLock { (state) throws(Errno) in
        if self.strayCount > 0 && state.moved == 0 { throw .ioError }
        state.policies.append(policy)
      }
    }
    table.policy = { (_) throws(Errno) in
      self.state.withLock { $0.policies.last ?? MemoryPolicy(.default) }
    }
    table.nodes = { (pages) throws(Errno) in
      self.state.withLock { state in
        if state.moved == 0 { state.strays.formUnion(pages.prefix(self.strayCount)) }
        return pages.map { state.strays.contains($0) ? 0 : 1 }
      }
    }
    table.movePages = { (pages, node) throws(Errno) in
      if let failure = self.moveFailure { return pages.map { _ in -failure.rawValue } }
      return self.state.withLock { state in
        state.strays.subtract(pages)
        state.moved += pages.count
        return pages.map { _ in node }
      }
    }
    return table
  }
}
