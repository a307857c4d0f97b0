// How many processors to keep per-processor data for: those that could ever run, not those that
// do now, since processors come and go.

internal import Glibc

extension SystemLimits {
  /// The number of processors that the machine may have, at least 1. Asked for once.
  public static let possibleProcessorCount = max(1, sysconf(Int32(_SC_NPROCESSORS_CONF)))
}
