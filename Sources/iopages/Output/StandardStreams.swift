// Standard output and standard error, unbuffered: a line about progress has to be seen while it is
// true, and a report that cannot be written is a failure that somebody has to be told.

import Glibc
import SystemPackage

enum StandardStreams {
  /// Makes the streams safe to write to. Before any file is opened.
  static func prepare() {
    // A reader that has gone is an error of the write, in words, and not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    // A stream that is closed would be the next file that is opened, and get the text written into
    // it. This one takes its place and can only be read, so writing fails as it does when closed.
    for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 {
      // A terminated string for the length of the call. It gives out the lowest number that is free.
      _ = unsafe open("/dev/null", O_RDONLY)
    }
  }
}

/// Writes a report, and a line's end behind it, to standard output.
///
/// - Throws: ``ToolError`` if not all of it could be written.
func writeToStandardOutput(_ text: String) throws(ToolError) {
  if let errno = write(text + "\n", to: STDOUT_FILENO) {
    throw ToolError("cannot write to standard output: \(errno)")
  }
}

/// Writes a text to standard error; if that fails, there is nobody to tell.
func writeToStandardError(_ text: String) {
  _ = write(text, to: STDERR_FILENO)
}

/// Writes all of a text, and returns what kept it from that.
private func write(_ text: String, to stream: Int32) -> Errno? {
  let bytes = Array(text.utf8)
  var done = 0
  while done < bytes.count {
    // The array is there until the function returns.
    let count = unsafe bytes.withUnsafeBytes { bytes in
      unsafe Glibc.write(stream, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done)
    }
    if count < 0 {
      let error = Errno(rawValue: errno)
      guard error == .interrupted else { return error }
    } else {
      done += count
    }
  }
  return nil
}

/// Whether somebody watches standard error.
var standardErrorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

/// Whether standard output is a terminal whose user has not asked for text without colours
/// (https://no-color.org).
var standardOutputShowsColours: Bool {
  // Only compared to nil; nothing changes the environment meanwhile.
  unsafe isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil
}

/// The width of the terminal at standard error, or 80 if it does not say.
var terminalWidth: Int {
  var size = winsize()
  // The call writes to a local value.
  guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
    return 80
  }
  return Int(size.ws_col)
}
