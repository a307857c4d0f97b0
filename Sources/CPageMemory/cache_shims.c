#define _GNU_SOURCE
#include "CPageMemory.h"

#ifdef __linux__
#include <errno.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// Where glibc 2.35 and later have registered each thread's rseq area. Absent from older ones.
extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));

// One function that each sanitizer's run-time library has.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __asan_poison_memory_region(const volatile void *start, size_t size)
    __attribute__((weak));

static bool is_registered(void) {
  return &__rseq_offset != NULL && &__rseq_size != NULL && __rseq_size > 0;
}

uintptr_t page_memory_sequences_area(void) {
#if defined(__x86_64__)
  if (is_registered()) return (uintptr_t)__rseq_offset;
#endif
  return 0;
}

int page_memory_sequences_state(void) {
#if defined(__x86_64__)
  if (__tsan_acquire || __asan_poison_memory_region) return PAGE_MEMORY_SEQUENCES_SANITIZER;
  // A thread whose registration failed has a negative number there.
  if (!is_registered() || (int32_t)page_memory_current_processor((uintptr_t)__rseq_offset) < 0)
    return PAGE_MEMORY_SEQUENCES_NOT_REGISTERED;
  if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ, 0, 0) != 0)
    return PAGE_MEMORY_SEQUENCES_NO_BARRIER;
  return PAGE_MEMORY_SEQUENCES_USABLE;
#else
  return PAGE_MEMORY_SEQUENCES_ARCHITECTURE;
#endif
}

void page_memory_sequences_barrier(void) {
  int saved = errno;
  // Registered before the first section ran; nothing may go on if threads can still be in one.
  if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, 0, 0) != 0) __builtin_trap();
  errno = saved;
}

void page_memory_pause(unsigned attempt) {
  if (attempt < 64) return;
  if (attempt < 72) {
    sched_yield();
    return;
  }
  int saved = errno;
  unsigned doublings = attempt - 72 < 5 ? attempt - 72 : 5;
  struct timespec interval = {.tv_nsec = 32000L << doublings};
  nanosleep(&interval, NULL);
  errno = saved;
}
#endif
