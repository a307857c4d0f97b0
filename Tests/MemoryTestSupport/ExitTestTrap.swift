import Glibc
package import Testing

extension ExitTest.Condition {
  /// The process was ended by a trap of Swift's. An error that the body throws on the way ends it
  /// with a status instead, and does not pass for one.
  package static var trap: ExitTest.Condition {
    #if arch(arm64)
      .signal(SIGTRAP)
    #else
      .signal(SIGILL)
    #endif
  }
}
