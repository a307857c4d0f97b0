// Standard error, unbuffered: a line about progress has to be seen while it is true.

import Glibc

/// Writes a text to standard error; if that fails, there is nobody to tell.
func writeToStandardError(_ text: String) {
  var text = text
  text.withUTF8 { bytes in
    var rest = unsafe bytes[...]
    while !rest.isEmpty {
      // The bytes are the text's own for as long as the closure runs.
      let count = unsafe write(
        STDERR_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      guard count > 0 else { return }
      unsafe rest.removeFirst(count)
    }
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
