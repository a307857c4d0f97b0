#define _GNU_SOURCE
#include "CPageMemory.h"

// The thread sanitizer's own functions, null where it is not linked in.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

// The address sanitizer's, null likewise.
extern void __asan_poison_memory_region(const volatile void *start, size_t count)
    __attribute__((weak));
extern void __asan_unpoison_memory_region(const volatile void *start, size_t count)
    __attribute__((weak));

int page_memory_poisons(void) { return __asan_poison_memory_region != NULL; }

void page_memory_poison(const void *start, size_t count) {
  if (__asan_poison_memory_region) __asan_poison_memory_region(start, count);
}

void page_memory_unpoison(const void *start, size_t count) {
  if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(start, count);
}

void page_memory_lock_acquired(const void *lock) {
  if (__tsan_acquire) __tsan_acquire((void *)lock);
}

void page_memory_lock_releasing(const void *lock) {
  if (__tsan_release) __tsan_release((void *)lock);
}

void page_memory_wipe(void *start, size_t count) {
  page_memory_clear(start, count);
  // As far as the compiler knows, this reads the bytes.
  __asm__ volatile("" : : "r"(start) : "memory");
}

#ifdef __linux__
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// The address of a thread's own variable is a thread identifier without a system call.
static _Thread_local char thread_marker;

uintptr_t page_memory_thread_identifier(void) { return (uintptr_t)&thread_marker; }

unsigned page_memory_processor_number(void) {
  int number = sched_getcpu();
  return number < 0 ? 0 : (unsigned)number;
}

uint64_t page_memory_milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void page_memory_futex_wait(const uint32_t *word, uint32_t expected) {
  int saved = errno;  // a caller in a deinit does not expect errno to change
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
  errno = saved;
}

void page_memory_futex_wake(const uint32_t *word, int count) {
  int saved = errno;
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
  errno = saved;
}
#endif
