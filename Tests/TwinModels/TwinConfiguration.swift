// What a twin model works on: one pool over memory of its own, with a kernel behind it that the test
// plays, or a set of pools on nodes that are made up, with the real one.

package import PagePools

/// The pools of a twin model.
package struct TwinConfiguration: Equatable, Sendable {
  /// The pages of the pool, or of each node's.
  package var pages: [Int]
  /// How many of a single pool's are there from the start.
  package var available: Int
  package var cacheMethod: ProcessorCacheMethod
  /// Whether a single pool's pages must have memory behind them before they are handed out.
  package var isPopulated: Bool
  package var contents: KnownContents

  /// One pool.
  package init(
    pages: Int, available: Int? = nil, cacheMethod: ProcessorCacheMethod = .none,
    isPopulated: Bool = false, contents: KnownContents = .zero
  ) {
    self.pages = [pages]
    self.available = available ?? pages
    self.cacheMethod = cacheMethod
    self.isPopulated = isPopulated
    self.contents = contents
  }

  /// A pool on each of several nodes.
  package init(nodes: [Int], cacheMethod: ProcessorCacheMethod) {
    pages = nodes
    available = 0
    self.cacheMethod = cacheMethod
    isPopulated = false
    contents = .zero
  }

  package var isSet: Bool { pages.count > 1 }

  package static let byteCount = 2

  /// The configuration of one pool that two bytes stand for.
  package init(_ first: UInt8, _ second: UInt8) {
    let pages = [1, 3, 64, 65, 100, 128, 200, 256][Int(first & 7)]
    self.init(
      pages: pages, available: first & 8 == 0 ? pages : pages / 2,
      cacheMethod: second & 1 == 0 ? .exchange : .none, isPopulated: second & 2 != 0,
      contents: second & 4 != 0 ? .unknown : .zero)
  }

  /// Two bytes that stand for a configuration like this one.
  package var bytes: [UInt8] {
    let sizes = [1, 3, 64, 65, 100, 128, 200, 256]
    let first = sizes.firstIndex(of: pages[0]) ?? 2
    return [
      UInt8(first) | (available == pages[0] ? 0 : 8),
      (cacheMethod == .none ? 1 : 0) | (isPopulated ? 2 : 0) | (contents == .unknown ? 4 : 0),
    ]
  }
}

extension TwinConfiguration: CustomStringConvertible {
  /// The configuration as Swift source.
  package var description: String {
    isSet
      ? "TwinConfiguration(nodes: \(pages), cacheMethod: .\(cacheMethod))"
      : "TwinConfiguration(pages: \(pages[0]), available: \(available), "
        + "cacheMethod: .\(cacheMethod), isPopulated: \(isPopulated), contents: .\(contents))"
  }
}
