// Who owns a memory file: the holder of an OFD lock on it. Such a lock belongs to an open file
// description, and a forked child shares the descriptions of its parent. So the lock is on a
// description that is used for nothing else, and that a child closes as its first act: when the
// parent is killed, nobody holds it any more.
//
// The same lock keeps forks away from the few calls between which memory is mapped, but not yet kept
// out of forked children.
#define _GNU_SOURCE
#include "CPageMemoryRegion.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// Guards what follows. Held across a fork, so that the child finds a complete list, and by whoever
// holds forks off.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int *owned;
static size_t owned_count;
static size_t owned_capacity;
static pthread_once_t handlers = PTHREAD_ONCE_INIT;
static int handlers_error;

static void before_fork(void) { pthread_mutex_lock(&lock); }

static void after_fork_in_parent(void) { pthread_mutex_unlock(&lock); }

static void after_fork_in_child(void) {
  for (size_t i = 0; i < owned_count; i++) close(owned[i]);
  owned_count = 0;
  pthread_mutex_unlock(&lock);
}

static void install_handlers(void) {
  handlers_error = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

int page_memory_open_again(int descriptor) {
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
  int again = open(path, O_RDWR | O_CLOEXEC);
  return again < 0 ? -errno : again;
}

int page_memory_memory_file_state(int descriptor, int64_t *byte_count, int *is_sealed) {
  int seals = fcntl(descriptor, F_GET_SEALS);
  if (seals < 0) return -errno;
  struct stat status;
  if (fstat(descriptor, &status) != 0) return -errno;
  *byte_count = status.st_size;
  *is_sealed = (seals & F_SEAL_SHRINK) != 0 && (seals & F_SEAL_GROW) != 0;
  return 0;
}

// With the lock held.
static int own(int descriptor) {
  if (owned_count == owned_capacity) {
    size_t capacity = owned_capacity == 0 ? 8 : 2 * owned_capacity;
    int *larger = realloc(owned, capacity * sizeof *larger);
    if (larger == NULL) return -ENOMEM;
    owned = larger;
    owned_capacity = capacity;
  }
  int ownership = page_memory_open_again(descriptor);
  if (ownership < 0) return ownership;
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (fcntl(ownership, F_OFD_SETLK, &whole) != 0) {
    // The kernel may give either error for a lock that somebody has.
    int error = errno == EACCES ? EAGAIN : errno;
    close(ownership);
    return -error;
  }
  owned[owned_count++] = ownership;
  return ownership;
}

int page_memory_hold_forks(void) {
  pthread_once(&handlers, install_handlers);
  if (handlers_error != 0) return -handlers_error;
  pthread_mutex_lock(&lock);
  return 0;
}

void page_memory_release_forks(void) { pthread_mutex_unlock(&lock); }

int page_memory_own_file(int descriptor) {
  int result = page_memory_hold_forks();
  if (result != 0) return result;
  result = own(descriptor);
  page_memory_release_forks();
  return result;
}

void page_memory_disown_file(int ownership) {
  pthread_mutex_lock(&lock);
  for (size_t i = 0; i < owned_count; i++) {
    if (owned[i] != ownership) continue;
    owned[i] = owned[--owned_count];
    close(ownership);
    break;
  }
  pthread_mutex_unlock(&lock);
}
