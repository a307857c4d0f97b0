// Signals that ask a copy to end. The handler does one thing, it notes the number: everything that
// has to be undone is undone by the copy itself, which looks at the note between two blocks. Waits
// in the kernel end when a signal comes, so the note is looked at soon.

import CPageMemory
import Glibc

/// While one exists, SIGINT, SIGTERM and SIGHUP are noted instead of ending the process, and SIGXFSZ
/// is ignored: a file that grows beyond the process's limit is a write's error then.
///
/// A process has one at a time; a second one traps.
package struct Interruption: ~Copyable {
  package init() {
    let isOnlyOne = page_memory_note_signals()
    precondition(isOnlyOne, "signals are noted already")
  }

  /// The signal that came last, if one did.
  package var signal: Int32? {
    let number = page_memory_noted_signal()
    return number == 0 ? nil : number
  }

  deinit {
    page_memory_restore_signals()
  }
}

extension CopyError {
  /// The name of one of the signals that an ``Interruption`` notes.
  static func name(ofSignal number: Int32) -> String {
    switch number {
    case SIGINT: "SIGINT"
    case SIGTERM: "SIGTERM"
    case SIGHUP: "SIGHUP"
    default: "signal \(number)"
    }
  }
}
