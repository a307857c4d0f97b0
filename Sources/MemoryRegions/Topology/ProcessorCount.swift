// How many processors to keep per-processor data for: those that could ever run, not those that
// do now, since processors come and go.

extension SystemLimits {
  /// The number of processors that the machine may have, at least 1. Asked for once.
  public static let possibleProcessorCount = possibleProcessorCount(.linux)

  /// The number by a table of the caller's; 1 where the system does not say.
  package static func possibleProcessorCount(_ systemCalls: SystemCalls) -> Int {
    max(1, systemCalls.processorCount())
  }

  /// The number of processors that run now, at least 1: what is shared among processors is shared
  /// among these. O(1), one system call.
  public static var onlineProcessorCount: Int { onlineProcessorCount(.linux) }

  /// The number by a table of the caller's; 1 where the system does not say.
  package static func onlineProcessorCount(_ systemCalls: SystemCalls) -> Int {
    max(1, systemCalls.onlineProcessorCount())
  }
}
