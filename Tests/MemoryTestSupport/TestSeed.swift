// Where the seed of a random test comes from, and the promise that it is on the screen when the test
// fails: the line is written before the first operation, so that it survives a trap as well.

import Glibc

/// The seed of one random test.
///
/// Taken from the environment variable `IOPAGES_TEST_SEED` (decimal, or hexadecimal with `0x`) if it
/// is set, else drawn afresh; printed in either case, in the form that repeats the run.
package enum TestSeed {
  /// - Parameter test: what the seed is for, as it will appear on the screen.
  package static func choose(for test: String) -> UInt64 {
    let seed = fromEnvironment() ?? UInt64.random(in: .min ... .max)
    write("\(test): IOPAGES_TEST_SEED=0x\(String(seed, radix: 16))\n")
    return seed
  }

  private static func fromEnvironment() -> UInt64? {
    // Unsafe: a C string that lives as long as nobody changes the environment; it is copied at once.
    guard let variable = unsafe getenv("IOPAGES_TEST_SEED") else { return nil }
    let text = unsafe String(cString: variable)
    let seed =
      text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
    guard let seed else {
      fatalError("IOPAGES_TEST_SEED is \"\(text)\", which is not a 64-bit number")
    }
    return seed
  }

  /// Whether `IOPAGES_TEST_TRACE` is set: random tests then print each operation before they perform
  /// it. For the trap that leaves no list to shorten; together with the seed and `--no-parallel`.
  // Unsafe: only whether there is such a variable is looked at.
  package static let isTracing = unsafe getenv("IOPAGES_TEST_TRACE") != nil

  /// Unbuffered, unlike `print`: what was written is out even if the next statement traps.
  package static func write(_ line: String) {
    var line = line
    line.withUTF8 { text in
      // Unsafe: the buffer is valid inside this closure, and `write` only reads it.
      _ = unsafe Glibc.write(STDERR_FILENO, text.baseAddress, text.count)
    }
  }
}
