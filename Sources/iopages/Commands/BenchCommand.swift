// iopages bench: what things cost, measured in one process, beside what they cost elsewhere.

import ArgumentParser
import FileCopying
import Glibc

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure what pages cost on this machine, beside other allocators.",
    discussion: """
      Workloads, with blocks of 4096 bytes times a power of two, aligned to 4096, contents untouched:
        W1   pair: one page is taken and given back
        W1b  the same with bursts of 32 pages, by the calls for many pages of those that have them
        W2   65,536 pages are taken and then given back: in LIFO, FIFO and random order
        W3   mix: a random one of 8192 blocks of the orders 0...9 is given back and replaced; each \
      order is half as likely as the one below, the last as likely as the one below
        W4   pair at each order 0...10
        W5   W1, W2 random and W3 on one, two and all processors; pages handed over from one to another
        W6   fragmentation of 1 GiB after 500,000 steps at 90 %: 2 MiB blocks that are left
        W7   opening 1 GiB, 64 GiB and 1 TiB: time, resident bytes, metadata for each page
        W8   pair of zeroed pages, of memory that was used before and that never was
        W9   latency: percentiles of allocations and releases under W3 on two threads
        W10  refusals of a pool with no page left, and a pair in another pool meanwhile
        W11  16-bit loads in network byte order, ascending and scattered, beside a plain pointer
        W12  Ethernet, IPv4 and UDP headers of the frames of a capture, beside a loop in C
        W13  buffers cut, joined, narrowed, frozen and sliced
        W14  pages through a ring, on one thread and from one to another
        W15  pair from a set of pools on two made-up nodes: the local one, a named one, and one that \
      has pages when the named one has none; beside the pair of a single pool

      Subjects: iopages is the public API, pool-frames the layer below it, buddy the layer below \
      that. dpdk-mempool, dpdk-malloc, tcmalloc, mimalloc, jemalloc and glibc are peers; those that \
      are not installed are listed with the Debian package that brings them. dpdk-mempool has \
      objects of one size, which are not page aligned; its loops are compiled by Scripts/bench. The \
      other peers are called through pointers. none makes such calls to functions that do nothing, \
      and loop is the workload with no calls at all, random numbers included: what to take off. W9 \
      has the reading of the processor's counter in each figure, and its steps: 10 ns on some.

      W11 to W14 have subjects of their own: page-buffer and shared-page-buffer, in W11 iopages too, \
      single-producer-ring and multi-producer-ring, and what they are compared with: raw-pointer, c, \
      and lamport-queue, which is the ring that W5 uses: it tells the other side in bursts of 32. Scripts/record-capture records a capture. \
      W15 has iopages and pool-set.

      The rounds of the subjects take turns. Minimum and median are printed, for rates the best and \
      the median, and the median's ratio to that of iopages, or of what W11, W12 and W14 compare with. A figure gets half a second for each \
      subject, and 50 ms with --quick. Run it on an idle machine, in a release build.

      Example:
        iopages bench --workload W1,W3 --subject iopages,dpdk-mempool --json
      """)

  @Option(help: "The workloads to run, separated by commas. (default: all)")
  var workload: String?

  @Option(help: "The subjects to measure, separated by commas. (default: all)")
  var subject: String?

  @Flag(help: "Less of everything: about 20 seconds.")
  var quick = false

  @Option(help: "How often each figure is taken at most. (default: 51, 9 with --quick)")
  var samples: Int?

  @Option(
    help: "A pcap of Ethernet frames for W12. (default: one that is part of the program)",
    completion: .file())
  var capture: String?

  @Option(help: "Draw a bar chart of the figures into that file.", completion: .file())
  var svg: String?

  @Flag(name: .customLong("json"), help: "Print one line of JSON.")
  var printsJSON = false

  func validate() throws {
    if let samples, !(1...100_000).contains(samples) {
      throw ValidationError("The number of samples must be in 1...100000.")
    }
    _ = try workloads()
    _ = try subjects()
  }

  private func workloads() throws -> [BenchWorkload] {
    try CommaSeparatedNames.values(workload, called: "workload")
  }

  private func subjects() throws -> [SubjectName] {
    try CommaSeparatedNames.values(subject, called: "subject")
  }

  func run() throws {
    var sizes = quick ? BenchSizes.quick : BenchSizes.full
    if let samples { sizes.rounds = samples }
    let context = BenchContext(
      sizes: sizes, processors: try Processors(), capture: try capture.map(CaptureFile.init(path:)))
    let workloads = try workloads()
    let names = try subjects()
    let compared = workloads.filter { $0.hasPeers }
    var peers = PeerCatalog()
    peers.open(compared.isEmpty ? [] : names.filter { !$0.isDPDK })
    // DPDK's loops reach thread-local variables of a library that is loaded late, too.
    let wantsRoom = peers.lacksStaticTLS || !compared.isEmpty && names.contains(.dpdkMempool)
    if wantsRoom && !StaticTLS.isEnlarged { StaticTLS.restartEnlarged() }

    var run = BenchRun(context: context, names: names)
    func measure(_ workloads: [BenchWorkload]) throws {
      for workload in workloads {
        if standardErrorIsTerminal { writeToStandardError("\(workload.rawValue) ...\n") }
        try run.measure(workload, peers: peers.subjects)
      }
    }
    // DPDK's threads and gigabytes would be in what it costs to open a region.
    try measure(workloads.filter { !$0.hasPeers })
    peers.open(compared.isEmpty ? [] : names.filter { $0.isDPDK })
    try measure(compared)
    let report = BenchReport(
      machine: BenchMachine(), results: run.samples.results, absent: peers.absent)
    if let svg { try TextFile.write(BarChart(report: report).svg, to: svg) }
    try writeToStandardOutput(
      printsJSON ? report.json.description : report.lines.joined(separator: "\n"))
  }
}

/// Names in an option, separated by commas.
enum CommaSeparatedNames {
  /// The values of those names in their own order, all values if there is no text.
  static func values<Value: CaseIterable & RawRepresentable<String>>(
    _ text: String?, called kind: String
  ) throws -> [Value] {
    guard let text else { return Array(Value.allCases) }
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    for name in names where Value(rawValue: name) == nil {
      let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("There is no \(kind) \(name); there are \(known).")
    }
    return Value.allCases.filter { names.contains($0.rawValue) }
  }
}
