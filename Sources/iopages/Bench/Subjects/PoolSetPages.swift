// The public API of a set of pools, as a driver uses it: a page of some node is taken, and given back
// by dropping it.

import CBenchSupport
import IOPages

/// ``PagePoolSet`` and ``IOPage``, with pages of the processor's own node.
struct LocalPages: BenchSubject {
  let set: PagePoolSet

  var name: SubjectName { .poolSet }

  @inline(__always)
  func take(order: Int) -> IOPage? {
    do throws(OutOfMemory) {
      let page = try set.allocate(order: order, contents: .uninitialized)
      // The address is only looked at.
      unsafe bench_use(UInt(bitPattern: page.baseAddress))
      return page
    } catch {
      return nil
    }
  }

  @inline(__always)
  func give(_ block: consuming IOPage) { _ = consume block }
}

/// The same with pages of a node that the caller names.
struct NamedNodePages: BenchSubject {
  let set: PagePoolSet
  let node: NUMANode

  var name: SubjectName { .poolSet }

  @inline(__always)
  func take(order: Int) -> IOPage? {
    do throws(OutOfMemory) {
      let page = try set.allocate(order: order, on: .node(node), contents: .uninitialized)
      // The address is only looked at.
      unsafe bench_use(UInt(bitPattern: page.baseAddress))
      return page
    } catch {
      return nil
    }
  }

  @inline(__always)
  func give(_ block: consuming IOPage) { _ = consume block }
}
