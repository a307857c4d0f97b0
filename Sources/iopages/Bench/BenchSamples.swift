/// The samples of a run, by workload, and then in the order in which figures and subjects came.
struct BenchSamples {
  private struct Key: Hashable {
    var figure: BenchFigure
    var subject: SubjectName
  }

  private var keys: [Key] = []
  private var samples: [Key: [Double]] = [:]

  mutating func add(_ sample: BenchSample, of subject: SubjectName, in workload: BenchWorkload) {
    let figure = BenchFigure(
      workload: workload, metric: sample.metric, threads: sample.threads,
      byteCount: sample.byteCount, unit: sample.unit)
    let key = Key(figure: figure, subject: subject)
    if samples[key] == nil { keys.append(key) }
    samples[key, default: []].append(sample.value)
  }

  var results: [BenchResult] {
    BenchWorkload.allCases.flatMap { workload in
      keys.filter { $0.figure.workload == workload }.map { key in
        BenchResult(key.figure, subject: key.subject, samples: samples[key] ?? [])
      }
    }
  }
}
