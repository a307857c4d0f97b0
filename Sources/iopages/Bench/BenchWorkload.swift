/// The workloads, by their names in the tables of docs/Performance.md.
enum BenchWorkload: String, CaseIterable {
  case pair = "W1"
  case burst = "W1b"
  case bulk = "W2"
  case mix = "W3"
  case orders = "W4"
  case threads = "W5"
  case fragmentation = "W6"
  case opening = "W7"
  case zeroed = "W8"
  case latency = "W9"
  case exhausted = "W10"
  case integers = "W11"
  case headers = "W12"
  case buffers = "W13"
  case rings = "W14"
  case nodes = "W15"

  /// Whether it is run on the allocators that are peers, too.
  var hasPeers: Bool {
    switch self {
    case .pair, .burst, .bulk, .mix, .orders, .threads, .latency: true
    case .fragmentation, .opening, .zeroed, .exhausted, .integers, .headers, .buffers,
      .rings, .nodes:
      false
    }
  }

  /// The subject that the others are compared with, by the ratio of their medians.
  var reference: SubjectName {
    switch self {
    case .integers: .rawPointer
    case .headers: .c
    case .buffers: .pageBuffer
    case .rings: .lamportQueue
    default: .pages
    }
  }
}
