// A system-call table that makes one call fail, and keeps books on what is mapped and open, so that
// a failed opening can be shown to leave nothing behind whatever other tests of the process do
// meanwhile.

package import MemoryRegions
import Synchronization
package import SystemPackage

/// Watches the calls of one table.
package final class CallJournal: Sendable {
  /// What is mapped, by page, and what is open.
  package struct Holdings: Equatable {
    package var pages: Set<Int> = []
    package var descriptors: Set<Int32> = []
  }

  package init() {}

  private let state = Mutex(Holdings())
  private let faults = SystemCallFaults()

  /// The calls since `arm`, by name.
  package var names: [String] { faults.history.map(\.systemCall) }

  /// The call that was made to fail, if it has come.
  package var failedCall: SystemCallFaults.Call? { faults.lastFailed }

  /// Its name.
  package var failed: String? { failedCall?.systemCall }

  /// What is mapped and open.
  package var holdings: Holdings { state.withLock { $0 } }

  /// Whether everything mapped was unmapped and everything opened closed.
  package var isBalanced: Bool { holdings == Holdings() }

  /// Whether everything opened was closed.
  package var hasNoDescriptors: Bool { holdings.descriptors.isEmpty }

  /// Makes call number `index`, counted from now and from 0, fail.
  package func arm(failing index: Int, errno: Errno = .noMemory) {
    faults.reset()
    if index < .max { faults.fail(.number(index + 1), with: errno) }
  }

  /// Lets every call through again.
  package func disarm() { faults.stop() }

  private func pages(_ address: Int, _ byteCount: Int) -> StrideTo<Int> {
    stride(from: address, to: address + byteCount, by: 1 << 12)
  }

  /// `base` with every call watched. Meant for regions of at most some hundred MiB.
  package func table(over base: SystemCalls = .linux) -> SystemCalls {
    // The page that tells processes apart is mapped once and for ever: not on this account.
    _ = try? ProcessGeneration.current(.linux)
    var table = base
    table.map = { (mapping, byteCount) throws(Errno) in
      let address = try base.map(mapping, byteCount)
      self.state.withLock { $0.pages.formUnion(self.pages(address, byteCount)) }
      return address
    }
    table.move = { (address, byteCount, target) throws(Errno) in
      try base.move(address, byteCount, target)
      self.state.withLock { $0.pages.subtract(self.pages(address, byteCount)) }
    }
    table.unmap = { (address, byteCount) throws(Errno) in
      try base.unmap(address, byteCount)
      self.state.withLock { $0.pages.subtract(self.pages(address, byteCount)) }
    }
    table.createMemoryFile = { (name, shift) throws(Errno) in
      let descriptor = try base.createMemoryFile(name, shift)
      _ = self.state.withLock { $0.descriptors.insert(descriptor) }
      return descriptor
    }
    table.createSecretFile = { () throws(Errno) in
      let descriptor = try base.createSecretFile()
      _ = self.state.withLock { $0.descriptors.insert(descriptor) }
      return descriptor
    }
    table.close = { (descriptor) throws(Errno) in
      try base.close(descriptor)
      _ = self.state.withLock { $0.descriptors.remove(descriptor) }
    }
    return table.failing(faults)
  }
}
