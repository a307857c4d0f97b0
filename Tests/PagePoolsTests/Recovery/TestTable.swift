// A block table over memory of its own, whose bytes can be kept at each store and brought back: what
// another process would find if its owner had been killed there.

import MemoryTestSupport
import Synchronization

@testable import PagePools

/// A formatted block table.
final class TestTable {
  private let memory: ZeroedMemory
  var table: BlockTable

  init(pageCount: Int, largestOrder: Int = 5) {
    let layout = BlockTableLayout(pageCount: pageCount, largestOrder: largestOrder)
    memory = ZeroedMemory(byteCount: layout.byteCount)
    // The memory is of the layout's size and lives as long as this object.
    table = unsafe BlockTable(memory.baseAddress, layout: layout)
    table.format()
  }

  /// A table with these bytes.
  init(_ bytes: [UInt8], layout: BlockTableLayout) {
    memory = ZeroedMemory(byteCount: layout.byteCount)
    table = unsafe BlockTable(memory.baseAddress, layout: layout)  // as above
    for index in 0..<layout.byteCount / 8 {
      let word = bytes[index * 8..<index * 8 + 8].reversed().reduce(UInt64(0)) {
        $0 << 8 | UInt64($1)
      }
      if word != 0 { table.store(word, at: index) }
    }
  }

  /// Called at the end of a test: a table refers to the memory without keeping it.
  @inline(never)
  func keep() {}

  var bytes: [UInt8] { memory.bytes }

  /// The layout that the header tells of, for pages and a table of `memoryByteCount` bytes.
  func layoutFromHeader(memoryByteCount: Int? = nil) throws(BlockTableError) -> BlockTableLayout {
    let offset = table.layout.byteCount - BlockTableLayout.headerByteCount
    // The last 4096 bytes of this object's memory.
    return try unsafe BlockTableLayout(
      header: memory.baseAddress + offset,
      memoryByteCount: memoryByteCount ?? table.layout.memoryByteCount)
  }

  /// Runs `body` and returns the bytes as they were after each of its stores.
  func states(during body: (BlockTable) throws -> Void) rethrows -> [[UInt8]] {
    let recorder = Recorder()
    let address = unsafe UInt(bitPattern: memory.baseAddress)
    let count = memory.byteCount
    table.afterStore = {
      // This object's memory, which lives until `body` has returned.
      let start = unsafe UnsafeRawPointer(bitPattern: address)
      recorder.add(unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count)))
    }
    defer { table.afterStore = nil }
    try body(table)
    return recorder.states
  }

  private final class Recorder: Sendable {
    private let recorded = Mutex<[[UInt8]]>([])
    func add(_ state: [UInt8]) { recorded.withLock { $0.append(state) } }
    var states: [[UInt8]] { recorded.withLock { $0 } }
  }
}

/// What a table should hold: the blocks by their first page.
struct BlockModel: Equatable {
  var blocks: [Int: (end: Int, tag: UInt64)] = [:]

  static func == (left: BlockModel, right: BlockModel) -> Bool { left.list == right.list }

  /// As a table lists them.
  var list: [RecoveredBlock] {
    blocks.sorted { $0.key < $1.key }.map {
      RecoveredBlock(
        tag: AllocationTag(value: $0.value.tag), pages: $0.key..<$0.value.end)
    }
  }

  func isFree(_ pages: Range<Int>) -> Bool {
    blocks.allSatisfy { $0.value.end <= pages.lowerBound || pages.upperBound <= $0.key }
  }

  mutating func add(_ pages: Range<Int>, tag: UInt64) {
    blocks[pages.lowerBound] = (pages.upperBound, tag)
  }

  mutating func remove(_ pages: Range<Int>) {
    for (start, block) in blocks where start < pages.upperBound && pages.lowerBound < block.end {
      blocks[start] = nil
      if start < pages.lowerBound { blocks[start] = (pages.lowerBound, block.tag) }
      if pages.upperBound < block.end { blocks[pages.upperBound] = (block.end, block.tag) }
    }
  }
}

/// One change of a table.
enum TableChange: Equatable {
  case add(Range<Int>, tag: UInt64)
  case addSingles([Int], tag: UInt64)
  case remove(Range<Int>)

  func perform(on table: BlockTable) {
    switch self {
    case .add(let pages, let tag): table.add(pages, tag: tag)
    case .addSingles(let pages, let tag):
      table.add(singlePages: pages.count, tag: tag) { pages[$0] }
    case .remove(let pages): table.remove(pages)
    }
  }

  func perform(on model: inout BlockModel) {
    switch self {
    case .add(let pages, let tag): model.add(pages, tag: tag)
    case .addSingles(let pages, let tag): for page in pages { model.add(page..<page + 1, tag: tag) }
    case .remove(let pages): model.remove(pages)
    }
  }

  /// A change that a pool could make of what the model has.
  static func random(
    _ model: BlockModel, pageCount: Int, largestOrder: Int, using random: inout SplitMix64
  ) -> TableChange {
    while true {
      let tag = random.once(in: 8) ? 0 : random.next()
      if random.once(in: 6) {
        let free = (0..<pageCount).filter { model.isFree($0..<$0 + 1) }
        guard free.count > 8 else { continue }
        var pages = free
        random.shuffle(&pages)
        return .addSingles(Array(pages.prefix(random.number(in: 1...8))), tag: tag)
      }
      if random.once(in: 2), let block = model.list.randomElement(using: &random) {
        if random.once(in: 2) { return .remove(block.pages) }
        let count = random.number(in: 1...block.pages.count)
        let first = block.pages.lowerBound + random.number(in: 0...block.pages.count - count)
        // Sometimes the neighbours as well: one owner may have pages of several blocks.
        let next = model.blocks[block.pages.upperBound]
        if random.once(in: 4), let next { return .remove(first..<next.end) }
        return .remove(first..<first + count)
      }
      let count = random.size(upTo: 1 << largestOrder)
      let alignment = count == 1 ? 1 : 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount)
      let first = random.number(below: (pageCount + alignment - 1) / alignment) * alignment
      guard first + count <= pageCount, model.isFree(first..<first + count) else { continue }
      return .add(first..<first + count, tag: tag)
    }
  }
}
