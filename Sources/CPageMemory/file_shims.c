#define _GNU_SOURCE
#include "CPageMemoryFile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

int page_memory_open_direct(void) { return O_DIRECT; }

int page_memory_open_unnamed(void) { return O_TMPFILE; }

int page_memory_preallocate(int fileDescriptor, int64_t byteCount) {
  return fallocate(fileDescriptor, 0, 0, byteCount) == 0 ? 0 : errno;
}

static const int notedSignals[] = {SIGINT, SIGTERM, SIGHUP};
enum { notedSignalCount = sizeof notedSignals / sizeof notedSignals[0] };
static struct sigaction previousActions[notedSignalCount];
static struct sigaction previousSizeLimitAction;
static atomic_bool noting;
// A lock-free atomic: the one kind of object that a handler may write and another thread may read.
static atomic_int notedSignal;

static void noteSignal(int number) { atomic_store(&notedSignal, number); }

bool page_memory_note_signals(void) {
  if (atomic_exchange(&noting, true)) return false;
  atomic_store(&notedSignal, 0);
  for (int i = 0; i < notedSignalCount; i++) {
    // No SA_RESTART: a wait in the kernel has to end, so that the flag is looked at.
    struct sigaction action = {.sa_handler = noteSignal};
    sigemptyset(&action.sa_mask);
    sigaction(notedSignals[i], NULL, &previousActions[i]);
    if (previousActions[i].sa_handler != SIG_IGN) sigaction(notedSignals[i], &action, NULL);
  }
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  sigemptyset(&ignore.sa_mask);
  sigaction(SIGXFSZ, &ignore, &previousSizeLimitAction);
  return true;
}

void page_memory_restore_signals(void) {
  for (int i = 0; i < notedSignalCount; i++) sigaction(notedSignals[i], &previousActions[i], NULL);
  sigaction(SIGXFSZ, &previousSizeLimitAction, NULL);
  atomic_store(&notedSignal, 0);
  atomic_store(&noting, false);
}

int page_memory_noted_signal(void) { return atomic_load(&notedSignal); }
