// iopages map: a pool after a short life, drawn.

import ArgumentParser
import FileCopying
import IOPages

struct MapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "map",
    abstract: "Run a short workload in a pool and draw its region.",
    discussion: """
      The drawing has one character for each cell of frames: a dot where all of them are free, else \
      the order of the largest block there, from 0 to 9 and then from a on. Below it, for each \
      order: used and free blocks, and the fragmentation index as Linux defines it.

      With --numa the region is brought into memory, and the drawing shows which node the kernel has \
      put each cell on: in colours on a terminal, else as a second drawing, of the nodes' numbers.

      Example:
        iopages map --region 16M --seed 7
      """)

  @Option(
    parsing: .unconditional,
    help: "Memory to reserve. It is touched with --numa only. (default: 64M)",
    transform: ByteSize.argument)
  var region = ByteSize(byteCount: 64 << 20)

  @Option(help: "The seed of the workload: the same one draws the same picture.")
  var seed: UInt64 = 1

  @Option(parsing: .unconditional, help: "The order up to which free blocks merge.")
  var largestOrder: Int?

  @Option(
    parsing: .unconditional,
    help: "Ask for one block of this order after the workload, and fail if there is none.")
  var order: Int?

  @Flag(name: .customLong("numa"), help: "Show on which node each cell is.")
  var showsNodes = false

  @Option(
    parsing: .unconditional, help: "Bind the region to the memory node of that number, for --numa.")
  var numaNode: Int?

  @Flag(name: .customLong("json"), help: "Print one line of JSON.")
  var printsJSON = false

  func run() throws {
    if let order, order < 0 { throw ToolError("an order is 0 or more, not \(order)") }
    guard showsNodes || numaNode == nil else {
      throw ToolError("--numa-node is for --numa: without it no page is in memory")
    }
    var options = RegionOptions(byteCount: region.byteCount)
    options.largestOrder = largestOrder
    options.population = showsNodes ? .atCommit : .none
    if let numaNode { options.placement = .bind(to: NUMANode(numaNode)) }
    let region = try MemoryRegion(options)
    // What a seed draws must not depend on the processor that the thread happens to run on.
    let pool = try PagePool(region: region, cacheMethod: .none)
    var workload = Workload(in: pool, seed: seed)
    workload.run()

    let extra: Range<Int>?
    do throws(OutOfMemory) {
      extra = if let order { try workload.take(order: order) } else { nil }
    } catch {
      // Not its own words: they count pages, and there are orders beyond what a number counts.
      let largest = error.largestFreeOrder.map { "the largest one has order \($0)" } ?? "none is"
      throw ToolError(
        "no block of order \(order ?? 0) is free; \(largest): ask for a smaller --order, or give a "
          + "larger --region")
    }

    var report = MapReport(pool, blocks: workload.takenPages, seed: seed, extra: extra)
    if showsNodes {
      report.colour(
        by: try region.nodes(ofPages: 0..<region.committedByteCount / IOPage.pageSize),
        isPainted: standardOutputShowsColours)
    }
    try writeToStandardOutput(
      printsJSON ? report.json.description : report.lines.joined(separator: "\n"))
  }
}
