// Some allocators keep thread-local state where the loader must have left room for it before the
// program started. A tunable of glibc makes more room; it is read when a process starts, so that
// the tool starts itself again with it.

import Glibc

/// More room for the thread-local state of libraries that are loaded late.
enum StaticTLS {
  private static let variable = "GLIBC_TUNABLES"
  private static let tunable = "glibc.rtld.optional_static_tls"

  /// Whether this process was started with more room.
  static var isEnlarged: Bool {
    // The environment is not changed while others read it: the tool has one thread here.
    unsafe getenv(variable).map { unsafe String(cString: $0).contains(tunable) } ?? false
  }

  /// The variable's text with the tunable added to what it holds.
  static func enlarged(_ tunables: String?) -> String {
    let own = "\(tunable)=65536"
    guard let tunables, !tunables.isEmpty else { return own }
    return "\(tunables):\(own)"
  }

  /// Starts this program again with more room. Returns only if that fails.
  static func restartEnlarged() {
    // Terminated strings that live until the program is replaced, or for ever.
    let current = unsafe getenv(variable).map { unsafe String(cString: $0) }
    unsafe setenv(variable, enlarged(current), 1)
    var words = unsafe CommandLine.arguments.map { unsafe strdup($0) } + [nil]
    _ = unsafe execv("/proc/self/exe", &words)
  }
}
