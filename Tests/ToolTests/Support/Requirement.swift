// Parts of the machine that a test may need and not find. A test that cannot run says so and why;
// where the part is named in IOPAGES_REQUIRE, that is a failure.

import Foundation
import Testing

/// Reports that a part is not here. Call and return.
func cannotTest(
  _ part: String, because reason: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  print("not tested: \(part): \(reason)")
  let required = ProcessInfo.processInfo.environment["IOPAGES_REQUIRE"] ?? ""
  if required.split(separator: ",").contains(Substring(part)) {
    Issue.record("\(part) is required, but \(reason)", sourceLocation: sourceLocation)
  }
}
