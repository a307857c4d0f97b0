// Where the nodes are known from, in words, and whether there may be more of them.

package import IOPages

extension NUMATopology.Source {
  /// What a person is told.
  package var text: String {
    switch self {
    case .libnuma: "libnuma"
    case .systemFiles: "/sys, libnuma may not ask"
    case .processStatus: "this process's status; libnuma may not ask, and /sys is hidden"
    case .withoutLibnuma: "one node assumed, this build has no libnuma"
    case .withoutKernelSupport: "one node assumed, the kernel offers no NUMA"
    }
  }

  /// Whether the machine may have more nodes than are known.
  package var assumesOneNode: Bool {
    switch self {
    case .libnuma, .systemFiles, .processStatus: false
    case .withoutLibnuma, .withoutKernelSupport: true
    }
  }
}
