// An exit test that expects a trap passes by any failure, one of its set-up included. So set-up
// that fails ends the process successfully: then the test fails.

internal import Glibc

/// What `body` gives, in a process that is expected to trap later.
func setUp<Result: ~Copyable>(_ body: () throws -> Result) -> Result {
  do {
    return try body()
  } catch {
    print("The set-up of a test for a trap failed: \(error)")
    exit(EXIT_SUCCESS)
  }
}
