import Testing

@testable import iopages

/// Runs a workload in small, and names its figures: metric, size if there are several, subject.
func figures(
  of workload: BenchWorkload, _ names: [SubjectName] = SubjectName.allCases,
  capture: CaptureFile? = nil
) throws -> [String] {
  let context = BenchContext(
    sizes: tinyBenchSizes(), processors: try Processors(), capture: capture)
  var run = BenchRun(context: context, names: names)
  try run.measure(workload, peers: [])
  for result in run.samples.results {
    #expect(result.figure.workload == workload)
    #expect(result.minimum > 0)
  }
  return run.samples.results.map { result in
    [result.figure.metric, result.figure.byteCount.map(String.init), result.subject.rawValue]
      .compactMap(\.self).joined(separator: " ")
  }
}
