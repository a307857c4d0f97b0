// Old kernels have no secret memory, and some containers refuse it. Tests that need it say so then.

import MemoryRegions
package import Testing

/// Whether there is secret memory here; if not, a report.
package func canHaveSecretMemory(sourceLocation: SourceLocation = #_sourceLocation) -> Bool {
  do {
    try SystemCalls.linux.close(try SystemCalls.linux.createSecretFile())
    return true
  } catch {
    cannotTest("secret", because: "memfd_secret: \(error)", sourceLocation: sourceLocation)
    return false
  }
}
