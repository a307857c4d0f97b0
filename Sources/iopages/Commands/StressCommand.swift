// iopages stress: threads that take and give back for as long as they are told to, and check all of
// it.

import ArgumentParser
import FileCopying
import IOPages
import SystemPackage

struct StressCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stress",
    abstract: "Take and give back pages on many threads, and check each of them.",
    discussion: """
      Threads take blocks, runs, single pages and buffers, take them apart, pass them on and give them \
      back, end and leave what they have to others. Words that depend on the block and on where they \
      are stand in each page while it is out, and are looked for before it goes back; pages that are \
      to be zero are looked at whole; a map of the pages shows at once if one is out twice. A request \
      that fails must be right to: up to --fill 1 no request for a single page may. At the end, all \
      pages must be back, in as many blocks as at first, and the pool's figures those that the \
      threads have counted.

      The seed is printed first, with the command that does it again: with one thread and a number \
      of operations, exactly. The first operation that fails is printed as soon as it is found.

      Exit status: 0 if nothing was found, 1 if something was, 64 if the command line makes no sense, \
      128 + n if signal n (SIGINT, SIGTERM or SIGHUP) ended the run before it found anything.

      Example:
        iopages stress --seconds 60 --threads 4 --trim 1 --drain 1
      """)

  @Option(
    parsing: .unconditional,
    help: "Threads that take and give back. (default: one for each processor, at least two)")
  var threads: Int?

  @Option(parsing: .unconditional, help: "How long. (default: 10, without --operations)")
  var seconds: Double?

  @Option(parsing: .unconditional, help: "How many operations, of all threads together.")
  var operations: Int?

  @Option(parsing: .unconditional, help: "Where random numbers begin. (default: another each time)")
  var seed: Int?

  @Option(
    parsing: .unconditional, help: "The orders of blocks: 3, or 0-9.",
    transform: StressCommand.orders)
  var orders = 0...9

  @Option(
    parsing: .unconditional,
    help: "The share of the pool that is out, from 0 to 2; above 1, requests fail.")
  var fill = StressOptions().fill

  @Option(parsing: .unconditional, help: "The share of operations that pass blocks on, 0 to 1.")
  var handover = StressOptions().handover

  @Option(
    parsing: .unconditional,
    help: "The share of requests that are for single pages by the number, or for runs.")
  var bulk = StressOptions().bulk

  @Option(
    parsing: .unconditional,
    help: "The share of operations that split, join, narrow, freeze and slice buffers.")
  var buffers = StressOptions().buffers

  @Option(parsing: .unconditional, help: "The share of requests that are for zeroed pages.")
  var zeroed = StressOptions().zeroed

  @Option(parsing: .unconditional, help: "Threads that trim the pool beside the others.")
  var trim = 0

  @Option(
    parsing: .unconditional,
    help: "Threads that drain the caches and check the pool's books beside the others.")
  var drain = 0

  @Option(parsing: .unconditional, help: "The most operations that a thread lives for.")
  var life: Int?

  @Flag(help: "A set of pools, one for each NUMA node.")
  var poolSet = false

  @Option(help: "How processors' caches are used. (default: as well as this machine can)")
  var cacheMethod: StressCacheMethod?

  @Option(
    parsing: .unconditional, help: "Memory of the pool, or of each. (default: 64M)",
    transform: ByteSize.argument)
  var region = ByteSize(byteCount: 64 << 20)

  @Option(help: "Pages to make the region of.")
  var backing = StressBacking.base

  @Option(help: "When its pages come into memory.")
  var population = StressPopulation.none

  @Flag(name: .customLong("tags"), help: "Have the pool record who takes which pages.")
  var recordsTags = false

  @Flag(name: .customLong("wipe"), help: "Have it clear pages when they come back.")
  var wipes = false

  @Flag(name: .customLong("poison"), help: "Have it fill free pages with a pattern.")
  var poisons = false

  @Flag(name: .customLong("guards"), help: "Have it put an inaccessible page behind each run.")
  var guards = false

  @Option(parsing: .unconditional, help: "Have it keep so many pages for a while that came back.")
  var quarantine = 0

  @Flag(name: .customLong("json"), help: "Print one line of JSON.")
  var printsJSON = false

  private static func orders(_ text: String) throws -> ClosedRange<Int> {
    let numbers = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(numbers.count), let first = numbers[0],
      let last = numbers[numbers.count - 1], first <= last, (0...18).contains(first), last <= 18
    else {
      throw ValidationError("The orders must be a number from 0 to 18, or a range as 0-9.")
    }
    return first...last
  }

  func validate() throws {
    func require(_ condition: Bool, _ text: String) throws {
      guard condition else { throw ValidationError(text) }
    }
    let most = StressOwner.largestThread / 2
    try require((1...most).contains(threads ?? 1), "The number of threads must be in 1...\(most).")
    try require(
      (0...most / 2).contains(trim) && (0...most / 2).contains(drain),
      "The number of threads beside the others must be in 0...\(most / 2).")
    // A day and some more would do; what is far beyond is a mistake.
    try require(seconds ?? 0 >= 0 && seconds ?? 0 < 1e9, "The seconds must not be negative.")
    try require(operations ?? 0 >= 0, "The number of operations must not be negative.")
    try require(quarantine >= 0, "The pages in quarantine must not be negative.")
    try require(life ?? 1 > 0, "The operations of a life must be positive.")
    try require(seed ?? 0 >= 0, "The seed must not be negative.")
    try require(fill > 0 && fill <= 2, "--fill must be more than 0 and at most 2.")
    for (name, share) in [
      ("handover", handover), ("bulk", bulk), ("buffers", buffers), ("zeroed", zeroed),
    ] {
      try require((0...1).contains(share), "--\(name) must be from 0 to 1.")
    }
    try require(handover + buffers <= 0.9, "--handover and --buffers must leave 0.1 for the rest.")
  }

  func run() throws {
    let processors = try Processors()
    let options = options(threads: max(2, processors.numbers.count))
    // First of all: what follows may end the process.
    writeToStandardError("seed \(options.seed): \(commandLine(options))\n")
    var memory = StressMemory(byteCount: region.byteCount, isSet: poolSet)
    memory.cacheMethod = cacheMethod
    memory.backing = backing
    memory.population = population
    memory.inspection.recordsTags = recordsTags
    memory.inspection.wipesOnFree = wipes
    memory.inspection.poisonsFreePages = poisons
    memory.inspection.guardsRuns = guards
    memory.inspection.quarantinedPages = quarantine
    if memory.isSet {
      try run(StressRun(memory.poolSet(), options: options, processors: processors))
    } else {
      try run(StressRun(memory.pool(), options: options, processors: processors))
    }
  }

  private func run(_ stress: StressRun<some StressSubject>) throws {
    let interruption = Interruption()
    let report: StressReport
    do throws(Errno) {
      var bar = ProgressBar()
      defer { bar.clear() }
      report = try stress.run(
        isInterrupted: { interruption.signal != nil }, progress: { bar.show($0) },
        onFailure: { writeToStandardError("iopages: \($0)\n") })
    } catch {
      throw ToolError("the system has no thread left: \(error)")
    }
    try writeToStandardOutput(
      printsJSON ? report.json.description : report.lines.joined(separator: "\n"))
    guard report.isGood else { throw ExitCode.failure }
    if let signal = interruption.signal { throw ExitCode(128 + signal) }
  }

  private func options(threads count: Int) -> StressOptions {
    var options = StressOptions()
    options.threads = threads ?? count
    options.seconds = seconds ?? (operations == nil ? 10 : nil)
    options.operations = operations
    // A number that every reader of JSON keeps exactly.
    options.seed = seed.map { UInt64($0) } ?? .random(in: 0..<1 << 53)
    options.orders = orders
    options.fill = fill
    options.handover = handover
    options.bulk = bulk
    options.buffers = buffers
    options.zeroed = zeroed
    options.trimmers = trim
    options.drainers = drain
    options.life = life
    return options
  }

  /// The command that does the same again.
  private func commandLine(_ options: StressOptions) -> String {
    var words = [
      "iopages stress --seed \(options.seed) --threads \(options.threads)",
      "--orders \(orders.lowerBound)-\(orders.upperBound) --fill \(fill) --handover \(handover)",
      "--bulk \(bulk) --buffers \(buffers) --zeroed \(zeroed) --trim \(trim) --drain \(drain)",
      "--region \(region.byteCount) --backing \(backing.rawValue)",
      "--population \(population.rawValue)",
    ]
    if let seconds = options.seconds { words.append("--seconds \(seconds)") }
    if let operations { words.append("--operations \(operations)") }
    if let life { words.append("--life \(life)") }
    for (name, isSet) in [
      ("pool-set", poolSet), ("tags", recordsTags), ("wipe", wipes), ("poison", poisons),
      ("guards", guards),
    ] where isSet {
      words.append("--\(name)")
    }
    if quarantine > 0 { words.append("--quarantine \(quarantine)") }
    if let cacheMethod { words.append("--cache-method \(cacheMethod.rawValue)") }
    return words.joined(separator: " ")
  }
}
