/// The samples of a run. Results are in the order of workloads, then of figures as they came, then of
/// subjects.
struct BenchSamples {
  private struct Key: Hashable {
    var figure: BenchFigure
    var subject: SubjectName
  }

  private var figures: [BenchFigure] = []
  private var samples: [Key: [Double]] = [:]

  mutating func add(_ sample: BenchSample, of subject: SubjectName, in workload: BenchWorkload) {
    let figure = BenchFigure(
      workload: workload, metric: sample.metric, threads: sample.threads,
      byteCount: sample.byteCount, unit: sample.unit)
    if !figures.contains(figure) { figures.append(figure) }
    samples[Key(figure: figure, subject: subject), default: []].append(sample.value)
  }

  var results: [BenchResult] {
    BenchWorkload.allCases.flatMap { workload in
      figures.filter { $0.workload == workload }.flatMap { figure in
        SubjectName.allCases.compactMap { subject in
          samples[Key(figure: figure, subject: subject)].map {
            BenchResult(figure, subject: subject, samples: $0)
          }
        }
      }
    }
  }
}
