// The made-up machine as regions and topologies see it: its system calls and its files.

import MemoryRegions
import Synchronization
import SystemPackage

extension FakeMachine {
  var table: SystemCalls {
    let real = SystemCalls.linux
    var table = real
    table.bind = { (address, byteCount, policy) throws(Errno) in
      var policy = policy
      if policy.mode == .weightedInterleave && !self.kernel.contains(.weightedInterleave) {
        throw .invalidArgument
      }
      if !policy.nodes.isEmpty {
        let nodes = self.usable(policy.nodes)
        guard !nodes.isEmpty, let mask = NodeMask(nodes) else { throw .invalidArgument }
        policy.nodes = mask
      }
      self.state.withLock { $0.policies.append((address..<address + byteCount, policy, nil)) }
    }
    let bind = table.bind
    table.bindIfObeyed = { (address, byteCount, policy) throws(Errno) in
      let isObeyed = self.state.withLock { state in
        stride(from: address, to: address + byteCount, by: 4096).allSatisfy {
          state.nodeOfPage[$0].map(policy.nodes.contains) ?? true
        }
      }
      guard isObeyed else { throw .ioError }
      try bind(address, byteCount, policy)
    }
    table.setHomeNode = { (address, _, node) throws(Errno) in
      guard self.kernel.contains(.homeNode) else { throw .noFunction }
      guard self.nodes.contains(where: { $0.number == node.number }) else {
        throw .invalidArgument
      }
      try self.state.withLock { (state) throws(Errno) in
        let last = state.policies.lastIndex { $0.range.contains(address) }
        let mode = last.flatMap { state.policies[$0].policy.mode }
        guard let last, mode == .bind || mode == .preferredMany else { throw .notSupported }
        state.policies[last].home = node.number
      }
    }
    table.policy = { (address) throws(Errno) in
      self.state.withLock { state in
        state.policies.last { $0.range.contains(address) }?.policy ?? MemoryPolicy(.default)
      }
    }
    table.nodes = { (pages) throws(Errno) in
      self.state.withLock { state in pages.map { Int32(state.nodeOfPage[$0] ?? -2) } }
    }
    table.node = { (page) throws(Errno) in
      try self.bringIn(page..<page + 1)
      return self.node(of: page).map { Int32($0) } ?? -1
    }
    table.movePages = { (pages, node) throws(Errno) in try self.move(pages, to: Int(node)) }
    table.advise = { (address, byteCount, advice) throws(Errno) in
      let range = address..<address + byteCount
      if advice == .populateWrite { try self.bringIn(range) }
      if advice == .discard || advice == .discardLocked { self.forget(range) }
      try real.advise(address, byteCount, advice)
    }
    table.unmap = { (address, byteCount) throws(Errno) in
      self.forget(address..<address + byteCount)
      try real.unmap(address, byteCount)
    }
    table.processorNode = { () throws(Errno) in
      Int32(self.state.withLock { $0.processorNode })
    }
    table.readFile = { (path) throws(Errno) in
      if let text = self.file(path) { return text }
      if path.hasPrefix("/sys/devices/system/node") { throw .noSuchFileOrDirectory }
      return try real.readFile(path)
    }
    return table
  }

  private func file(_ path: String) -> String? {
    let root = "/sys/devices/system/node"
    let numbers = nodes.map(\.number).sorted().map(String.init).joined(separator: ",")
    let withMemory = nodes.filter { $0.pages > 0 }.map { String($0.number) }
    switch path {
    case root + "/online": return numbers + "\n"
    case root + "/has_memory": return withMemory.joined(separator: ",") + "\n"
    case "/proc/thread-self/status", "/proc/self/status":
      return "Name:\tx\nMems_allowed_list:\t"
        + allowed.map(String.init).joined(separator: ",") + "\n"
    default: break
    }
    guard let node = nodes.first(where: { path.hasPrefix("\(root)/node\($0.number)/") }) else {
      return nil
    }
    let free = state.withLock { $0.free[node.number, default: 0] }
    switch path.split(separator: "/").last {
    case "cpulist": return node.cpus + "\n"
    case "distance": return node.distances.map(String.init).joined(separator: " ") + "\n"
    case "meminfo":
      let name = "Node \(node.number)"
      return "\(name) MemTotal: \(node.pages * 4) kB\n\(name) MemFree: \(free * 4) kB\n"
    default: return nil
    }
  }
}
