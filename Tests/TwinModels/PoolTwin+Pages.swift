// Taking pages, changing hands, giving them back.

import BasicContainers
import Glibc
import IOPageCore
import IOPages
import PagePools

extension PoolTwin {
  /// What is asked for, of whom.
  struct Request {
    enum Shape { case block, run, singles }
    var shape: Shape
    var count: Int
    var order: Int
    var contents: PageContents
    var reclaim: ReclaimPolicy
    /// The view that is asked; nil: a pool, or the set.
    var view: View?
    /// The pool that is asked, or the node that is preferred.
    var pool: Int
    /// The pools that may be asked, in this order.
    var candidates: [Int]
    var fallsBack: Bool

    var client: ClientModel? { view?.client }
  }

  /// A request that a step stands for.
  private func request(_ step: PoolStep) -> Request {
    let pool = index(step.third >> 4, below: pools.count)
    let view =
      step.third & 4 != 0 && !views.isEmpty ? views[newest(step.second, of: views.count)] : nil
    let largest = maps[pool].largestOrder
    var request = Request(
      shape: .block, count: 1, order: 0, contents: step.third & 1 == 0 ? .zeroed : .uninitialized,
      reclaim: step.third & 2 == 0 ? .never : .allowed, view: view, pool: view?.index ?? pool,
      candidates: [view?.index ?? pool], fallsBack: step.third & 8 != 0 && set != nil && view == nil
    )
    switch step.kind {
    case .block:
      // Small orders most of the time, now and then one that the pool has not.
      request.order = step.first < 192 ? Int(step.first) % 4 : Int(step.first) % (largest + 2)
      request.count = 1 << request.order
    case .run:
      request.shape = .run
      request.count =
        1 + (step.first < 192 ? Int(step.first) % 9 : Int(step.first) + Int(step.second))
      while 1 << request.order < request.count { request.order += 1 }
    default:
      request.shape = .singles
      request.count =
        1 + (step.first < 224 ? Int(step.first) % 40 : Int(step.first) + Int(step.second))
    }
    if request.fallsBack, let set {
      request.candidates = MadeUpNodes.nearest(to: set.nodes[pool], among: set.nodes)
        .compactMap { set.nodes.firstIndex(of: $0) }
    }
    return request
  }

  /// Takes pages, or fails: either must be right.
  func allocate(_ step: PoolStep) throws(Difference) {
    let request = request(step)
    var taken: [HeldPage] = []
    do throws(OutOfMemory) {
      taken = try take(request)
    } catch {
      return try checkFailure(error, of: request)
    }
    try checkSuccess(taken, of: request)
    for page in taken {
      maps[page.pool].grant(page.frames, to: request.client)
      fill(page)
    }
    pages += taken
    try checkReserves()
  }

  private func take(_ request: Request) throws(OutOfMemory) -> [HeldPage] {
    let (count, contents, reclaim) = (request.count, request.contents, request.reclaim)
    var pages = UniqueArray<IOPage>()
    let pool = pools[request.pool]
    if let view = request.view?.pool {
      switch request.shape {
      case .block:
        pages.append(
          try view.allocate(order: request.order, contents: contents, reclaim: reclaim))
      case .run:
        pages.append(
          try view.allocate(pages: count, contents: contents, reclaim: reclaim))
      case .singles:
        try view.allocate(
          singlePages: count, into: &pages, contents: contents, reclaim: reclaim)
      }
    } else if let set {
      let node = NodeChoice.node(set.nodes[request.pool])
      let fallback: NodeFallback = request.fallsBack ? .nearest : .none
      switch request.shape {
      case .block:
        pages.append(
          try set.allocate(
            order: request.order, on: node, fallback: fallback, contents: contents,
            reclaim: reclaim))
      case .run:
        pages.append(
          try set.allocate(
            pages: count, on: node, fallback: fallback, contents: contents, reclaim: reclaim))
      case .singles:
        try set.allocate(
          singlePages: count, into: &pages, on: node, fallback: fallback, contents: contents,
          reclaim: reclaim)
      }
    } else {
      switch request.shape {
      case .block:
        pages.append(
          try pool.allocate(order: request.order, contents: contents, reclaim: reclaim))
      case .run:
        pages.append(
          try pool.allocate(pages: count, contents: contents, reclaim: reclaim))
      case .singles:
        try pool.allocate(
          singlePages: count, into: &pages, contents: contents, reclaim: reclaim)
      }
    }
    return held(&pages)
  }

  /// What has come, by pools.
  func held(_ pages: inout UniqueArray<IOPage>) -> [HeldPage] {
    var held: [HeldPage] = []
    while let page = pages.popLast() {
      let pool = set.map { $0.nodes.firstIndex(of: $0.node(of: page)) ?? 0 } ?? 0
      held.append(HeldPage(page, pool: pool, map: maps[pool]))
    }
    return held
  }

  func changePages(_ step: PoolStep) throws(Difference) {
    guard !pages.isEmpty else { return }
    let place = newest(step.first, of: pages.count)
    switch step.kind {
    case .drop:
      let page = pages.remove(at: place)
      try check(page)
      drop(page)
    case .dropMany: try dropMany(place, count: Int(step.second))
    case .split: split(place, at: index(step.second, below: pages[place].frames.count + 1))
    case .extract:
      let count = pages[place].frames.count
      let first = index(step.second, below: count + 1)
      extract(place, first..<first + index(step.third, below: count - first + 1))
    case .takeApart: takeApart(place)
    default: fill(pages[place])
    }
  }

  func drop(_ page: HeldPage) {
    strayWrite(behind: page)
    page.page = nil
    page.map.release(page.frames)
  }

  /// Gives several pages back at once, with whatever runs are among them.
  private func dropMany(_ place: Int, count: Int) throws(Difference) {
    let end = min(pages.count, place + count)
    var going = UniqueArray<IOPage>()
    for held in pages[place..<end] {
      try check(held)
      guard let page = held.page.take() else { continue }
      going.append(page)
      held.map.release(held.frames)
    }
    let pool = pools[place < pages.count ? pages[place].pool : 0]
    pages.removeSubrange(place..<end)
    pool.free(&going)
  }

  private func split(_ place: Int, at page: Int) {
    let held = pages[place]
    guard let whole = held.page.take() else { return }
    let halves = whole.split(at: page)
    replace(
      place,
      with: [
        HeldPage(halves.head, pool: held.pool, map: held.map),
        HeldPage(halves.tail, pool: held.pool, map: held.map),
      ])
  }

  private func extract(_ place: Int, _ range: Range<Int>) {
    let held = pages[place]
    guard let whole = held.page.take() else { return }
    let kept = HeldPage(whole.extracting(range), pool: held.pool, map: held.map)
    held.map.retain(kept.frames)
    held.map.release(held.frames)
    replace(place, with: [kept])
  }

  private func takeApart(_ place: Int) {
    let held = pages[place]
    guard let whole = held.page.take() else { return }
    var parts = whole.split()
    replace(place, with: self.held(&parts))
  }

  /// Puts what has become of a run in its place, without the empty ones.
  private func replace(_ place: Int, with parts: [HeldPage]) {
    pages.replaceSubrange(place...place, with: parts.filter { !$0.frames.isEmpty })
  }

  /// The mistake that is made on purpose.
  private func strayWrite(behind page: HeldPage) {
    let frame = page.frames.upperBound
    guard fault == .strayWrite, page.frames.count % 2 == 1, page.frames.count > 1,
      frame < page.map.managed, page.map.hasOwner(frame)
    else { return }
    // Somebody's page of the same pool.
    unsafe pools[page.pool].reference.base.storeBytes(
      of: 0xff, toByteOffset: frame << 12, as: UInt8.self)
  }
}
