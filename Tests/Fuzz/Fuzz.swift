// The program that libFuzzer drives: Scripts/fuzz builds it with that library, which brings the `main`
// of its own. It stands in this package and not in one beside it, since the twins that it runs are seen
// by this package only; no flag is needed that a package must not have.
//
//   Fuzz --target=pool [options of libFuzzer] [folders with inputs]
//   Fuzz --target=pool FILE …     runs these inputs, with the library or without

import Glibc
import MemoryTestSupport
import TwinModels

/// The inputs that the command line names.
private let target: FuzzTarget = {
  let prefix = "--target="
  for argument in CommandLine.arguments where argument.hasPrefix(prefix) {
    if let target = FuzzTarget(rawValue: String(argument.dropFirst(prefix.count))) {
      return target
    }
  }
  fatalError("Say which: --target=\(FuzzTarget.allCases.map(\.rawValue).joined(separator: "|"))")
}()

/// Runs one input, and ends the process if something is wrong, having said what the input does.
private func run(_ bytes: [UInt8]) {
  guard let difference = target.firstDifference(bytes) else { return }
  let digits = bytes.map { byte in
    String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
  }
  TestSeed.write(
    """
    \(target.rawValue): \(difference)
    \(target.source(of: bytes))
    input: \(digits.joined())

    """)
  abort()
}

#if FUZZING
  @_cdecl("LLVMFuzzerTestOneInput")
  public func runInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // libFuzzer's own bytes, which it keeps for the time of the call.
    unsafe run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  }
#else
  @main
  private struct Replay {
    static func main() throws {
      for path in CommandLine.arguments.dropFirst() where !path.hasPrefix("-") {
        run(try contents(of: path))
        print("\(path): nothing is wrong")
      }
    }

    private static func contents(of path: String) throws -> [UInt8] {
      guard let file = unsafe fopen(path, "r") else { fatalError("\(path) cannot be read.") }
      defer { unsafe fclose(file) }
      var bytes = [UInt8](repeating: 0, count: FuzzTarget.largestByteCount)
      // At most as many bytes are read as the array has.
      let count = unsafe fread(&bytes, 1, bytes.count, file)
      return Array(bytes.prefix(count))
    }
  }
#endif
