// Standard error, unbuffered: a line about progress has to be seen while it is true.

import Glibc

/// Writes a text to standard error; if that fails, there is nobody to tell.
func writeToStandardError(_ text: String) {
  let bytes = Array(text.utf8)
  var done = 0
  while done < bytes.count {
    // The array is there until the function returns.
    let count = unsafe bytes.withUnsafeBytes { bytes in
      unsafe write(STDERR_FILENO, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done)
    }
    guard count > 0 else { return }
    done += count
  }
}

/// Whether somebody watches standard error.
var standardErrorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

/// The width of the terminal at standard error, or 80 if it does not say.
var terminalWidth: Int {
  var size = winsize()
  // The call writes to a local value.
  guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
    return 80
  }
  return Int(size.ws_col)
}
