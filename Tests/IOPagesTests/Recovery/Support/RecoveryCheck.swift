// Whether a recovered pool has exactly what its callers had: all that the log says, but for the one
// operation that each thread may have been in.

import IOPages

/// What is wrong with a recovery; nil if nothing. Frees everything.
func fault(of recovered: consuming RecoveredPool, by log: CallerLog) -> String? {
  var recovered = recovered
  var found: [UInt64: Set<Range<Int>>] = [:]
  for block in recovered.blocks { found[block.tag.value, default: []].insert(block.pages) }
  var logged: [UInt64: Set<Range<Int>>] = [:]
  for thread in 0..<log.threadCount {
    for slot in 0..<CallerLog.slotCount {
      if let block = log[thread, slot] { logged[block.tag.value, default: []].insert(block.pages) }
    }
  }
  var allowed: [UInt64: [Set<Range<Int>>]] = logged.mapValues { [$0] }
  for thread in 0..<log.threadCount {
    switch log.pending(thread: thread) {
    case .allocate(let tag, let count):
      // All of them or none; what is in the log already was handed out.
      let all = found[tag] ?? []
      let isWhole = all.count == count && all.isSuperset(of: logged[tag] ?? [])
      if isWhole { allowed[tag] = [all] }
    case .free(let slot):
      guard let block = log[thread, slot] else { break }
      let rest = (logged[block.tag.value] ?? []).subtracting([block.pages])
      allowed[block.tag.value]?.append(rest)
    case .shrink(let slot, let pages):
      guard let block = log[thread, slot] else { break }
      var rest = (logged[block.tag.value] ?? []).subtracting([block.pages])
      rest.insert(block.pages.lowerBound..<block.pages.lowerBound + pages)
      allowed[block.tag.value]?.append(rest)
    case nil: break
    }
  }
  for tag in Set(found.keys).union(allowed.keys) {
    let blocks = found[tag] ?? []
    guard (allowed[tag] ?? [[]]).contains(blocks) else {
      return "tag \(tag): found \(blocks), expected one of \(allowed[tag] ?? [])"
    }
  }
  if let intent = recovered.intent, intent.pages.upperBound > recovered.pool.statistics.pageCount {
    return "an intent about other pages: \(intent)"
  }
  return faultOfContents(&recovered, logged)
}

/// The bytes of the blocks that were in the log, and the pool once they are gone.
private func faultOfContents(
  _ recovered: inout RecoveredPool, _ logged: [UInt64: Set<Range<Int>>]
) -> String? {
  let pageCount = recovered.pool.statistics.pageCount
  let pagesOut = recovered.blocks.reduce(0) { $0 + $1.pages.count }
  guard recovered.pool.statistics.allocatedPages == pagesOut else {
    return "\(recovered.pool.statistics.allocatedPages) pages are out, not \(pagesOut)"
  }
  for block in recovered.blocks where logged[block.tag.value]?.contains(block.pages) ?? false {
    guard let page = recovered.take(block), page.pageNumber == block.pages.lowerBound
    else { return "the block \(block) cannot be taken" }
    for index in 0..<page.pageCount {
      let cookie = page.load(fromByteOffset: index * 4096, as: UInt64.self)
      guard cookie == LoggedCaller.cookie(tag: block.tag.value, page: index)
      else { return "page \(index) of \(block) does not hold what was written" }
    }
  }
  recovered.freeAll()
  guard recovered.pool.statistics.freePages == pageCount else {
    return "\(recovered.pool.statistics.freePages) of \(pageCount) pages are free in the end"
  }
  do {
    try recovered.pool.checkInvariants()
  } catch {
    return "\(error)"
  }
  return nil
}
