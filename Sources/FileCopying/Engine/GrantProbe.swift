// What this machine will grant, found out by asking for it: settings tell what should be granted,
// and containers, limits and security modules have the last word.

package import IOPages
import IORings
import SystemPackage

/// One option of a copy, and whether it would be granted here and now.
package struct GrantProbe: Sendable {
  /// An option that can be granted or refused.
  package enum Option: Equatable, Sendable {
    case backing(Backing)
    case node(Int)
    /// An io_uring with the region as fixed buffers.
    case ring
  }

  package let option: Option
  /// Why it is refused; nil if it is granted.
  package let refusal: CopyError?

  /// Asks for as many blocks as a copy without options takes, with this option, and gives them back.
  ///
  /// Huge pages are brought in to be sure of them, which takes a moment for one of 1 GiB.
  package init(_ option: Option) {
    self.option = option
    do throws(CopyError) {
      try Self.ask(option)
      refusal = nil
    } catch {
      refusal = error
    }
  }

  private static func ask(_ option: Option) throws(CopyError) {
    var options = CopyOptions()
    switch option {
    case .backing(let backing):
      options.backing = backing
      options.regionByteCount = max(options.regionByteCount, backing.pageByteCount)
    case .node(let node): options.numaNode = node
    case .ring: break
    }
    let memory = try CopyMemory(options, blockCount: options.queueDepth)
    guard option == .ring else { return }
    let opened = try memory.openRing(capacity: options.queueDepth)
    switch opened.method {
    case .ring, .calls: break
    case .ringWithoutFixedBuffers(let errno), .callsSinceRefused(let errno):
      throw .ring(.refused(errno))
    }
  }
}
