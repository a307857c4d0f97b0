// The memory cgroups above this process. The limit of every one of them applies, and the kernel
// ends a process inside the one that is exceeded. Version 1 and version 2 of the interface can both
// be mounted; inside a container the path that /proc names may not exist, while the container's own
// root does, so every ancestor is tried and those without a limit are skipped.

/// One memory cgroup.
package struct MemoryControlGroup: Equatable {
  /// Its directory.
  package var directory: String
  /// Whether it has the files of version 2.
  package var isUnified: Bool

  /// The file with the limit, for messages.
  package var limitPath: String {
    directory + (isUnified ? "/memory.max" : "/memory.limit_in_bytes")
  }

  /// The groups whose limits apply to this process, the innermost first.
  package static func ofThisProcess(_ systemCalls: SystemCalls) -> [MemoryControlGroup] {
    guard let text = try? systemCalls.readFile("/proc/self/cgroup") else { return [] }
    var groups: [MemoryControlGroup] = []
    for line in text.split(separator: "\n") {
      // "hierarchy:controllers:path"; version 2 is the line with number 0 and no controllers.
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let isUnified = fields[0] == "0" && fields[1].isEmpty
      guard isUnified || fields[1].split(separator: ",").contains("memory") else { continue }
      let root = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
      var names = fields[2].split(separator: "/")
      while true {
        let directory = ([root] + names.map(String.init)).joined(separator: "/")
        groups.append(MemoryControlGroup(directory: directory, isUnified: isUnified))
        if names.popLast() == nil { break }
      }
    }
    return groups.filter { $0.limit(systemCalls) != nil }
  }

  /// The limit in bytes; nil if there is none.
  package func limit(_ systemCalls: SystemCalls) -> Int? { systemCalls.number(limitPath) }

  /// Bytes that can still be charged before the limit is met; nil if there is no limit.
  package func room(_ systemCalls: SystemCalls) -> Int? {
    let usagePath = directory + (isUnified ? "/memory.current" : "/memory.usage_in_bytes")
    guard let limit = limit(systemCalls), let usage = systemCalls.number(usagePath) else {
      return nil
    }
    let prefix = isUnified ? "" : "total_"
    let statistics = systemCalls.keyedSizes(directory + "/memory.stat") ?? [:]
    let cache =
      (statistics[prefix + "active_file"] ?? 0) + (statistics[prefix + "inactive_file"] ?? 0)
    // The two files are read one after the other, so the cache may seem larger than the usage it is
    // part of. Version 1 says "no limit" by a number near the largest: room for more than that
    // would wrap around to none.
    return limit - max(0, usage - cache)
  }
}
