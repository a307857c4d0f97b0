// Runs a command as in a container whose seccomp profile refuses the calls about memory policies,
// and moving pages, as Docker's does without CAP_SYS_NICE. `Scripts/test` runs the tests so.

import Glibc
import SystemCallRefusal

@main
enum RefusePlacement {
  static func main() {
    guard CommandLine.arguments.count > 1 else { fail("no command", status: 64) }
    guard refuseMemoryPolicies() else {
      // As EX_UNAVAILABLE: there is no such filter here, which is not the command's failure.
      fail("no seccomp filter can be installed", status: 69)
    }
    // Terminated strings that live as long as this process, or as long as its program.
    var words = unsafe CommandLine.arguments.dropFirst().map { unsafe strdup($0) } + [nil]
    if let command = unsafe words[0] { _ = unsafe execvp(command, &words) }
    fail("\(CommandLine.arguments[1]) cannot be run", status: 127)
  }

  private static func fail(_ reason: String, status: Int32) -> Never {
    var text = "RefusePlacement: \(reason)\n"
    // Reads the bytes during the call.
    _ = text.withUTF8 { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(status)
  }
}
