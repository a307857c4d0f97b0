// Parts of the machine that a test may need and not find. A test that cannot run says so and why;
// where the part is named in IOPAGES_REQUIRE, that is a failure.

import Glibc
package import Testing

/// Reports that a part is not here. Call and return.
package func cannotTest(
  _ part: String, because reason: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  print("not tested: \(part): \(reason)")
  // The environment is not changed while tests run.
  let required = unsafe getenv("IOPAGES_REQUIRE").map { unsafe String(cString: $0) } ?? ""
  if required.split(separator: ",").contains(Substring(part)) {
    Issue.record("\(part) is required, but \(reason)", sourceLocation: sourceLocation)
  }
}
