// Most containers refuse what is about memory policies. Tests that need a placement say so then; what
// such a refusal comes to is the subject of others.

import MemoryRegions
package import Testing

/// Whether memory can be placed on nodes here; if not, a report.
package func canPlaceMemory(sourceLocation: SourceLocation = #_sourceLocation) -> Bool {
  if case .permitted = SystemLimits.current.placement { return true }
  cannotTest("numa", because: "mbind is refused here", sourceLocation: sourceLocation)
  return false
}
