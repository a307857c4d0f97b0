// What copying a file needs and the Glibc importer lacks: two flags of open, preallocation, and
// signals that set a flag and do nothing else.
#pragma once
#include <stdbool.h>
#include <stdint.h>

/// The value of O_DIRECT on this architecture.
int page_memory_open_direct(void);

/// The value of O_TMPFILE on this architecture.
int page_memory_open_unnamed(void);

/// Reserves `byteCount` bytes for a file and sets its size to that. Returns 0 or an error number.
int page_memory_preallocate(int fileDescriptor, int64_t byteCount);

/// From now on SIGINT, SIGTERM and SIGHUP are noted and do nothing else; one of them that the
/// process ignores stays ignored. SIGXFSZ is ignored, so that a write beyond the limit on a file's
/// size fails with EFBIG. Returns false, and changes nothing, if the signals are noted already.
bool page_memory_note_signals(void);

/// Restores what the signals did before page_memory_note_signals, and forgets what was noted.
void page_memory_restore_signals(void);

/// The signal that was noted last, or 0.
int page_memory_noted_signal(void);
