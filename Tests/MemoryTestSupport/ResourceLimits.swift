// What a process may have: for exit tests, whose process is their own.

package import Glibc
import MemoryRegions
package import Testing

/// Lowers a limit of this process's, or raises it again. False if it cannot be set.
package func setLimit(_ resource: __rlimit_resource, _ value: Int) -> Bool {
  let number = Int32(resource.rawValue)
  var limit = rlimit()
  // Both calls use `limit` only while they run.
  guard unsafe getrlimit(number, &limit) == 0 else { return false }
  limit.rlim_cur = rlim_t(value)
  return unsafe setrlimit(number, &limit) == 0
}

/// What is mapped now, in bytes; nil, and a report, where a sanitizer takes the addresses itself.
package func mappedByteCount(sourceLocation: SourceLocation = #_sourceLocation) -> Int? {
  let mapped = SystemCalls.linux.keyedSizes("/proc/self/status")?["VmSize"] ?? 0
  if mapped > 0 && mapped < 1 << 40 { return mapped }
  cannotTest(
    "address-space-limit", because: "a sanitizer takes the addresses itself",
    sourceLocation: sourceLocation)
  return nil
}
