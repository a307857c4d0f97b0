// One of the subjects. A switch, not an existential: behind it each loop is made for its subject.

/// What is to be measured.
enum AnySubject {
  case pages(PoolPages)
  case frames(PoolFrames)
  case buddy(BuddyFrames)
  case aligned(AlignedAllocator)
  case posix(POSIXAllocator)
  case flagged(FlaggedAllocator)
  case sized(SizedAllocator)
  case dpdkMalloc(DPDKMalloc)
  case dpdkMempool(DPDKMempool)
  case loop(EmptyLoop)

  var name: SubjectName {
    switch self {
    case .pages(let subject): subject.name
    case .frames(let subject): subject.name
    case .buddy(let subject): subject.name
    case .aligned(let subject): subject.name
    case .posix(let subject): subject.name
    case .flagged(let subject): subject.name
    case .sized(let subject): subject.name
    case .dpdkMalloc(let subject): subject.name
    case .dpdkMempool(let subject): subject.name
    case .loop(let subject): subject.name
    }
  }

  /// The rounds of a workload on this subject.
  func lanes(of workload: some SubjectWorkload) -> [BenchLane] {
    switch self {
    case .pages(let subject): workload.lanes(of: subject)
    case .frames(let subject): workload.lanes(of: subject)
    case .buddy(let subject): workload.lanes(of: subject)
    case .aligned(let subject): workload.lanes(of: subject)
    case .posix(let subject): workload.lanes(of: subject)
    case .flagged(let subject): workload.lanes(of: subject)
    case .sized(let subject): workload.lanes(of: subject)
    case .dpdkMalloc(let subject): workload.lanes(of: subject)
    case .dpdkMempool(let subject): workload.lanes(of: subject)
    case .loop(let subject): workload.lanes(of: subject)
    }
  }
}

/// A workload that is run on many subjects.
protocol SubjectWorkload {
  /// What is measured together, one round at a time, for one subject; none if the subject cannot
  /// do it.
  func lanes<Subject: BenchSubject>(of subject: Subject) -> [BenchLane]
}

/// One figure, or several that a round gives together, of one subject.
struct BenchLane {
  /// Lanes of the same key are run in turns.
  var key: String
  /// Runs one round.
  var round: () throws -> [BenchSample]
}

/// The rounds of one subject.
typealias SubjectLane = (subject: SubjectName, lane: BenchLane)

/// What a round found.
struct BenchSample {
  var metric: String
  var threads = 1
  /// What varies within the workload; nil if nothing does.
  var byteCount: Int?
  var unit = BenchUnit.nanoseconds
  var value: Double
}

/// What figures are counted in.
enum BenchUnit: String {
  case nanoseconds = "ns"
  case operationRate = "Mops/s"
  case pageRate = "Mpages/s"
  case bytes
  case share = "%"
  case count

  /// Whether more of it is better.
  var isRate: Bool { self == .operationRate || self == .pageRate }
}
